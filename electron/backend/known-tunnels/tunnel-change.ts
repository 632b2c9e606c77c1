import type { Failure } from '@nps-desktop/electron/contract'
import type { RelayTunnel } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import { tunnelIdOf } from '../ids.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage, TunnelNote } from '../storage/records.ts'
import { isMarkOf, markPassword } from './private-password.ts'
import { reachOfMode } from './reach-of-mode.ts'

/**
 * What differs from how the person left a tunnel that is for this laptop alone: the server has opened it to everybody, or given it
 * another password, by which another agent could answer. Whoever did it, the person is asked before the app goes that way.
 */
export type TunnelChange = 'opened' | 'password'

/** Null: as it was left, or not this laptop's. Pure. */
export function changeOf(
  note: Pick<TunnelNote, 'passwordMark'> | undefined,
  { mode, settings }: Pick<RelayTunnel, 'mode' | 'settings'>,
): TunnelChange | null {
  const mark = note?.passwordMark ?? ''
  if (mark === '') return null
  if (reachOfMode[mode] === 'anyone') return 'opened'
  if (reachOfMode[mode] !== 'laptop' || settings.password === undefined) return null
  return isMarkOf(mark, settings.password) ? null : 'password'
}

interface ChangedTunnel {
  readonly relayTunnel: Pick<RelayTunnel, 'name'>
  readonly server: Pick<ServerRecord, 'name'>
  readonly lab: Pick<LabRecord, 'name'>
  readonly port: number
}

export function changeFailure(
  change: TunnelChange,
  { relayTunnel, server, lab, port }: ChangedTunnel,
): Failure {
  const { name } = relayTunnel
  const params = { tunnel: name, server: server.name, lab: lab.name }
  if (change === 'opened') {
    return {
      code: 'tunnel-opened-elsewhere',
      params: { ...params, port },
      message: `${name} was for this laptop alone; on ${server.name} it now has the public port ${port}, and what goes through it is not encrypted by the app. The app does not use it until you say so.`,
      fixes: [{ action: 'keep-private' }, { action: 'accept-change' }],
    }
  }
  return {
    code: 'tunnel-password-changed',
    params,
    message: `${server.name} tells another password for ${name} than the one it had. The app does not use it until you say so.`,
    fixes: [{ action: 'accept-change' }],
  }
}

/** Marks the passwords of this laptop's tunnels where none was seen yet, as after an update of the app. */
export function followPasswords(storage: Storage, relays: Relays, log: Log): Disposable {
  return relays.onChange((serverId) => {
    const { tunnels } = relays.view(serverId).mirror
    if (!tunnels) return
    try {
      storage.whenPossible(`passwords/${serverId}`, () => markUnseen(storage, serverId, tunnels))
    } catch (error) {
      log.error('the passwords of private tunnels could not be marked', { server: serverId, error })
    }
  })
}

function markUnseen(storage: Storage, serverId: string, tunnels: readonly RelayTunnel[]): void {
  for (const { id, mode, settings } of tunnels) {
    const note = storage.tunnelNotes.get(tunnelIdOf(serverId, id))
    if (reachOfMode[mode] !== 'laptop' || note?.passwordMark !== '' || note.localPort === null) continue
    if (settings.password === undefined) continue
    storage.tunnelNotes.put({ ...note, passwordMark: markPassword(settings.password) })
  }
}
