import { healthCheck, takesSetting, tunnelModes } from '@nps-desktop/relay-core/api'
import type { Limits, RelayTunnel, TunnelMode, TunnelSettings } from '@nps-desktop/relay-core/api'
import { accountFaults, accountsOf, newAccount, usersOf } from './account-draft.ts'
import type { AccountDraft } from './account-draft.ts'
import { emptyLimits, limitDraftOf, limitsOf, wrongLimits } from './limit-draft.ts'
import type { LimitDraft } from './limit-draft.ts'
import { pairsOf } from './port-range.ts'
import { parseTarget } from './tunnel-form.ts'

/** A tunnel as it is typed, whatever its mode. */
export interface TunnelDraft {
  mode: TunnelMode
  /** It is not there yet. A new one may have ranges: see `port-range`. */
  isNew: boolean
  name: string
  /** Empty: the next free one. */
  port: string
  target: string
  hostName: string
  path: string
  /** Files on the server; empty: the one that nps.conf names for all. */
  certFile: string
  keyFile: string
  redirects: boolean
  folder: string
  /** Who may come in: one at least, which may be empty. */
  accounts: AccountDraft[]
  /** Of a private tunnel: what its visitors have to know. */
  password: string
  /** The header that tells the service who comes, by its version. */
  sayWho: 'none' | 'v1' | 'v2'
  /** Of several targets those that do not answer are left out. */
  checksHealth: boolean
  limits: LimitDraft
}

export type DraftField =
  | 'port'
  | 'target'
  | 'hostName'
  | 'path'
  | 'certificate'
  | 'folder'
  | 'user'
  | 'password'
  | 'sayWho'
  | 'health'

/** What tunnels of the mode ask for, in the order of the form. */
export function fieldsOf(mode: TunnelMode): readonly DraftField[] {
  const { port, hasTarget } = tunnelModes[mode]
  return [
    ...(takesSetting(mode, 'host') ? (['hostName', 'path', 'certificate'] as const) : []),
    ...(takesSetting(mode, 'folder') ? (['folder'] as const) : []),
    ...(hasTarget ? (['target'] as const) : []),
    ...(port === null ? [] : (['port'] as const)),
    ...(takesSetting(mode, 'users') ? (['user', 'password'] as const) : []),
    ...(takesSetting(mode, 'password') ? (['password'] as const) : []),
    ...(takesSetting(mode, 'proxyProtocol') ? (['sayWho'] as const) : []),
    ...(takesSetting(mode, 'health') ? (['health'] as const) : []),
  ]
}

export function emptyDraft(): TunnelDraft {
  return {
    mode: 'tcp',
    isNew: true,
    name: '',
    port: '',
    target: '127.0.0.1:',
    hostName: '',
    path: '/',
    certFile: '',
    keyFile: '',
    redirects: false,
    folder: '',
    accounts: [newAccount()],
    password: '',
    sayWho: 'none',
    checksHealth: false,
    limits: emptyLimits(),
  }
}

/** A tunnel as the relay, or the app, tells it. */
export type DraftSource = Pick<RelayTunnel, 'mode' | 'name' | 'target' | 'settings' | 'limits'> & {
  readonly port: number | null
}

export function draftOf({ mode, name, port, target, settings, limits }: DraftSource): TunnelDraft {
  return {
    mode,
    isNew: false,
    name,
    port: port === null ? '' : String(port),
    target,
    hostName: settings.host?.name ?? '',
    path: settings.host?.path ?? '/',
    certFile: settings.host?.certFile ?? '',
    keyFile: settings.host?.keyFile ?? '',
    redirects: settings.host?.redirectToHttps ?? false,
    folder: settings.folder ?? '',
    accounts: accountsOf(settings.users),
    password: settings.password ?? '',
    sayWho: settings.proxyProtocol ?? 'none',
    checksHealth: settings.health !== undefined,
    limits: limitDraftOf(limits),
  }
}

/** The fields whose text cannot be right; merely empty ones are not among them. */
export function wrongFields(draft: TunnelDraft): DraftField[] {
  const accounts = takesSetting(draft.mode, 'users') ? accountFaults(draft.accounts) : []
  const pairs = pairsOf(draft)
  const fault = 'fault' in pairs ? pairs.fault : null
  const isWrong: Record<DraftField, boolean> = {
    port: fault !== null && fault !== 'target',
    target: !['', '127.0.0.1:'].includes(draft.target) && !hasTargets(draft),
    hostName: draft.hostName !== '' && !/^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(draft.hostName.trim()),
    path: !draft.path.startsWith('/'),
    certificate: (draft.certFile === '') !== (draft.keyFile === ''),
    folder: draft.folder !== '' && !draft.folder.startsWith('/'),
    user: accounts.some(({ name }) => name !== null),
    password: accounts.some(({ password }) => password !== null),
    sayWho: false,
    health: false,
  }
  return fieldsOf(draft.mode).filter((field) => isWrong[field])
}

/** What the mode needs and nothing has been typed for, in the order of the form. */
export function emptyFields(draft: TunnelDraft): ('name' | DraftField)[] {
  const isEmpty: Partial<Record<DraftField, boolean>> = {
    target: ['', '127.0.0.1:'].includes(draft.target),
    hostName: draft.hostName === '',
    folder: draft.folder === '',
  }
  const empty = fieldsOf(draft.mode).filter((field) => isEmpty[field])
  return draft.name.trim() === '' ? ['name', ...empty] : empty
}

/** Whether everything that the mode needs is there and well formed. */
export function isComplete(draft: TunnelDraft): boolean {
  return (
    emptyFields(draft).length === 0 &&
    wrongFields(draft).length === 0 &&
    wrongLimits(draft.limits).length === 0
  )
}

/** As the relay takes it, of a range the first; settings that the form does not show stay as they were. */
export function valuesOf(draft: TunnelDraft, before: TunnelSettings = {}, limitsBefore: Limits = {}) {
  const asked = fieldsOf(draft.mode)
  const pairs = pairsOf(draft)
  const [first] = 'fault' in pairs ? [] : pairs
  const port = (asked.includes('port') && first?.port) || null
  const settings: TunnelSettings = { ...before }
  if (asked.includes('hostName')) {
    const { certFile: _cert, keyFile: _key, redirectToHttps: _to, ...rest } = before.host ?? {}
    settings.host = {
      scheme: 'all',
      ...rest,
      name: draft.hostName.trim(),
      path: draft.path,
      ...(draft.certFile !== '' && { certFile: draft.certFile, keyFile: draft.keyFile }),
      ...(draft.redirects && { redirectToHttps: true }),
    }
  }
  if (asked.includes('folder')) settings.folder = draft.folder
  if (takesSetting(draft.mode, 'password') && draft.password !== '') settings.password = draft.password
  if (takesSetting(draft.mode, 'users')) {
    const users = usersOf(draft.accounts)
    if (users) settings.users = users
    else delete settings.users
  }
  if (asked.includes('sayWho')) {
    if (draft.sayWho === 'none') delete settings.proxyProtocol
    else settings.proxyProtocol = draft.sayWho
  }
  if (asked.includes('health')) {
    if (!draft.checksHealth) delete settings.health
    else settings.health ??= healthCheck.parse({})
  }
  return {
    name: draft.name.trim(),
    target: asked.includes('target') ? (readTargets(first?.target ?? '') ?? '') : '',
    settings,
    limits: limitsOf(draft.limits, limitsBefore),
    ...(port !== null && { port }),
  }
}

/** Whether each tunnel that the draft makes leads somewhere, whatever its ports. */
function hasTargets(draft: TunnelDraft): boolean {
  const pairs = pairsOf({ ...draft, port: '' })
  return 'fault' in pairs ? pairs.fault === 'many' : pairs.every(({ target }) => readTargets(target) !== null)
}

/** One `host:port`, or several with commas between; null for anything else. */
export function readTargets(text: string): string | null {
  const targets = text.split(',').map(parseTarget)
  return targets.includes(null) ? null : targets.join(',')
}
