import { isSameSecret } from '../../secret.ts'

/** Who may use a tunnel. */
export interface TunnelUser {
  readonly name: string
  readonly password: string
}

/**
 * Whether name and password belong to one account. Takes the same time whatever is wrong. A blank name or password
 * proves nothing, even if an account was stored with one.
 */
export function isTunnelUser(accounts: readonly TunnelUser[], given: TunnelUser): boolean {
  let found = false
  for (const { name, password } of accounts) {
    const isName = isSameSecret(name, given.name)
    const isPassword = isSameSecret(password, given.password)
    if (isName && isPassword && name !== '' && password !== '') found = true
  }
  return found
}

/** The account in a Basic `Authorization` or `Proxy-Authorization` field (RFC 7617). */
export function parseBasicAuth(field: string | undefined): TunnelUser | undefined {
  const encoded = /^basic +([a-z0-9+/]{1,4096}={0,2})$/i.exec(field ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}
