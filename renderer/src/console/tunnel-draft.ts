import { takesSetting, tunnelModes } from '@nps-desktop/relay-core/api'
import type { Tunnel, TunnelMode, TunnelSettings } from '@nps-desktop/relay-core/api'
import { parsePort, parseTarget } from '../tunnels/tunnel-form.ts'

/** A tunnel as it is typed, whatever its mode. */
export interface TunnelDraft {
  mode: TunnelMode
  name: string
  /** Empty: the next free one. */
  port: string
  target: string
  hostName: string
  path: string
  folder: string
  user: string
  /** The user's; for a private tunnel, the password that its visitors have to know. */
  password: string
}

export type DraftField = 'port' | 'target' | 'hostName' | 'path' | 'folder' | 'user' | 'password'

/** What tunnels of the mode ask for, in the order of the form. */
export function fieldsOf(mode: TunnelMode): readonly DraftField[] {
  const { port, hasTarget } = tunnelModes[mode]
  return [
    ...(takesSetting(mode, 'host') ? (['hostName', 'path'] as const) : []),
    ...(takesSetting(mode, 'folder') ? (['folder'] as const) : []),
    ...(hasTarget ? (['target'] as const) : []),
    ...(port === null ? [] : (['port'] as const)),
    ...(takesSetting(mode, 'users') ? (['user', 'password'] as const) : []),
    ...(takesSetting(mode, 'password') ? (['password'] as const) : []),
  ]
}

export function emptyDraft(): TunnelDraft {
  const blank = { name: '', port: '', hostName: '', folder: '', user: '', password: '' }
  return { ...blank, mode: 'tcp', target: '127.0.0.1:', path: '/' }
}

export function draftOf({ mode, name, port, target, settings }: Tunnel): TunnelDraft {
  const [user] = settings.users ?? []
  return {
    mode,
    name,
    port: port === null ? '' : String(port),
    target,
    hostName: settings.host?.name ?? '',
    path: settings.host?.path ?? '/',
    folder: settings.folder ?? '',
    user: user?.name ?? '',
    password: takesSetting(mode, 'password') ? (settings.password ?? '') : (user?.password ?? ''),
  }
}

/** The fields whose text cannot be right; merely empty ones are not among them. */
export function wrongFields(draft: TunnelDraft): DraftField[] {
  const hasUser = takesSetting(draft.mode, 'users')
  const isWrong: Record<DraftField, boolean> = {
    port: draft.port.trim() !== '' && parsePort(draft.port) === null,
    target: !['', '127.0.0.1:'].includes(draft.target) && readTargets(draft.target) === null,
    hostName: draft.hostName !== '' && !/^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(draft.hostName.trim()),
    path: !draft.path.startsWith('/'),
    folder: draft.folder !== '' && !draft.folder.startsWith('/'),
    // Half an account lets nobody in, or everybody: neither is meant.
    user: hasUser && draft.user === '' && draft.password !== '',
    password: hasUser && draft.user !== '' && draft.password === '',
  }
  return fieldsOf(draft.mode).filter((field) => isWrong[field])
}

/** Whether everything that the mode needs is there and well formed. */
export function isComplete(draft: TunnelDraft): boolean {
  const asked = fieldsOf(draft.mode)
  const isThere = (field: DraftField) =>
    !asked.includes(field) || (field === 'target' ? readTargets(draft.target) !== null : draft[field] !== '')
  return (
    draft.name.trim() !== '' &&
    wrongFields(draft).length === 0 &&
    isThere('target') &&
    isThere('hostName') &&
    isThere('folder')
  )
}

/** As the relay takes it; settings that the form does not show stay as they were. */
export function valuesOf(draft: TunnelDraft, before: TunnelSettings = {}) {
  const asked = fieldsOf(draft.mode)
  const port = asked.includes('port') ? parsePort(draft.port) : null
  const settings: TunnelSettings = { ...before }
  if (asked.includes('hostName')) {
    settings.host = { scheme: 'all', ...before.host, name: draft.hostName.trim(), path: draft.path }
  }
  if (asked.includes('folder')) settings.folder = draft.folder
  if (takesSetting(draft.mode, 'password') && draft.password !== '') settings.password = draft.password
  if (takesSetting(draft.mode, 'users')) {
    const others = before.users?.slice(1) ?? []
    if (draft.user !== '') settings.users = [{ name: draft.user, password: draft.password }, ...others]
    else delete settings.users
  }
  return {
    name: draft.name.trim(),
    target: asked.includes('target') ? (readTargets(draft.target) ?? '') : '',
    settings,
    ...(port !== null && { port }),
  }
}

/** One `host:port`, or several with commas between; null for anything else. */
function readTargets(text: string): string | null {
  const targets = text.split(',').map(parseTarget)
  return targets.includes(null) ? null : targets.join(',')
}
