import type { TunnelSettings } from '@nps-desktop/relay-core/api'

/** Who may come in, as it is typed. */
export interface AccountDraft {
  /** Which row of the form it is, whatever is typed in it. */
  readonly row: number
  name: string
  password: string
}

/** What the relay takes of each. */
const maxLength = 255
let rows = 0

export function newAccount(name = '', password = ''): AccountDraft {
  rows += 1
  return { row: rows, name, password }
}

/** Of these users; without any, a form asks for one. */
export function accountsOf(users: TunnelSettings['users']): AccountDraft[] {
  return users?.length ? users.map(({ name, password }) => newAccount(name, password)) : [newAccount()]
}

/** As the relay takes them; undefined: everybody may come in. */
export function usersOf(accounts: readonly AccountDraft[]): TunnelSettings['users'] {
  const isNobody = accounts.every(({ name, password }) => name === '' && password === '')
  return isNobody ? undefined : accounts.map(({ name, password }) => ({ name, password }))
}

/** What is wrong with the name and the password of one of them: there is only the other, or it is too long. */
export interface AccountFaults {
  readonly name: 'missing' | 'long' | null
  readonly password: 'missing' | 'long' | null
}

/** For each of them. Half an account lets nobody in, or everybody: neither is meant. Only an account that is alone may be empty. */
export function accountFaults(accounts: readonly AccountDraft[]): AccountFaults[] {
  const isMany = accounts.length > 1
  const faultOf = (text: string, other: string): AccountFaults['name'] => {
    if (text.length > maxLength) return 'long'
    return text === '' && (isMany || other !== '') ? 'missing' : null
  }
  return accounts.map(({ name, password }) => ({
    name: faultOf(name, password),
    password: faultOf(password, name),
  }))
}
