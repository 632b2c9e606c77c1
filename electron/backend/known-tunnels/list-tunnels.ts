import { takesSetting } from '@nps-desktop/relay-core/api'
import type { Client, RelayTunnel } from '@nps-desktop/relay-core/api'
import type {
  DirectChoice,
  OtherTunnel,
  TunnelKind,
  TunnelMaker,
  TunnelReach,
} from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { tunnelIdOf } from '../ids.ts'
import type { RelayView } from '../relays/relay-view.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage, TunnelNote } from '../storage/records.ts'
import { changeOf, type TunnelChange } from './tunnel-change.ts'
import { type Entrance, plainEntrance } from '../storage/entrance.ts'
import { reachOfMode } from './reach-of-mode.ts'
import { kindOf, type WebPorts, webPort } from './tunnel-kind.ts'

/** A tunnel with all it belongs to. */
export interface ListedTunnel {
  readonly id: string
  readonly kind: TunnelKind
  readonly reach: TunnelReach
  /** On the server; with the reach `laptop`, on this laptop. */
  readonly port: number
  readonly entrance: Entrance
  readonly direct: DirectChoice
  readonly relayTunnel: RelayTunnel
  readonly client: Client | null
  readonly lab: LabRecord
  readonly server: ServerRecord
  readonly view: RelayView
  /** This app itself has made it lead where it leads, from this lab box: it does not do so by the server's word alone. */
  readonly isWished: boolean
  readonly madeBy: TunnelMaker
  /** What the server has changed at it that the person has not accepted. */
  readonly change: TunnelChange | null
}

/**
 * Every tunnel of every server as last heard, without those that are being removed; in the order of the tree. Private
 * tunnels are this laptop's if it has a port for them; what else a relay carries was made elsewhere and stays there.
 */
export function listTunnels(storage: Storage, relays: Relays): ListedTunnel[] {
  return storage.servers.list().flatMap((server) => {
    const view = relays.view(server.id)
    const { tunnels, clients } = view.mirror
    const labs = new Map(
      storage.labs.list().flatMap((lab) => (lab.serverId === server.id ? [[lab.clientId, lab]] : [])),
    )
    return (tunnels ?? []).flatMap((relayTunnel) => {
      const lab = labs.get(relayTunnel.clientId)
      const id = tunnelIdOf(server.id, relayTunnel.id)
      const note = storage.tunnelNotes.get(id)
      const reach = reachOf(relayTunnel, note)
      const port = (reach === 'laptop' ? note?.localPort : portOf(relayTunnel, view)) ?? null
      if (!lab || note?.removal || reach === null || port === null) return []
      const client = clients?.find((one) => one.id === relayTunnel.clientId) ?? null
      const seen = storage.seenKinds.get(id)
      const kind = kindOf(
        relayTunnel,
        note?.kind,
        seen?.target === relayTunnel.target ? seen.kind : undefined,
      )
      const change = changeOf(note, relayTunnel)
      const entrance = note?.entrance ?? plainEntrance
      const isWished =
        note?.wished?.labId === lab.id &&
        note.wished.target === (relayTunnel.settings.folder ?? relayTunnel.target)
      const madeBy = relayTunnel.pushedBy ?? (note ? 'app' : 'elsewhere')
      const direct = note?.direct ?? 'yes'
      const whole = { id, kind, reach, port, entrance, direct, relayTunnel, client, lab, server, view }
      return [{ ...whole, isWished, madeBy, change }]
    })
  })
}

/** Throws `not-found`. */
export function listedTunnel(storage: Storage, relays: Relays, tunnelId: string): ListedTunnel {
  const tunnel = listTunnels(storage, relays).find(({ id }) => id === tunnelId)
  if (!tunnel) throw tunnelGone()
  return tunnel
}

/** Of a tunnel that was removed meanwhile. */
export function tunnelGone(): AppError {
  return new AppError('not-found', 'This tunnel is no longer there.', {})
}

/**
 * What the relays carry besides those `listed`: private tunnels without a port on this laptop, and web addresses of a server
 * that has no port for them.
 */
export function listOtherTunnels(
  storage: Storage,
  relays: Relays,
  listed: readonly ListedTunnel[],
): OtherTunnel[] {
  const known = new Set(listed.map(({ id }) => id))
  return storage.servers.list().flatMap((server) => {
    const labs = storage.labs.list().filter((lab) => lab.serverId === server.id)
    return (relays.view(server.id).mirror.tunnels ?? []).flatMap((tunnel) => {
      const { name, mode, port, target, enabled } = tunnel
      const id = tunnelIdOf(server.id, tunnel.id)
      const lab = labs.find(({ clientId }) => clientId === tunnel.clientId)
      if (!lab || known.has(id) || storage.tunnelNotes.get(id)?.removal) return []
      const place = { id, serverId: server.id, labId: lab.id }
      return [{ ...place, name, mode, port, target, enabled, canUseHere: reachOfMode[mode] === 'laptop' }]
    })
  })
}

/** Where a visitor finds the tunnel's port. */
export function visitorHost({ reach, server }: Pick<ListedTunnel, 'reach' | 'server'>): string {
  return reach === 'laptop' ? '127.0.0.1' : (server.relay?.host ?? '')
}

export function webPortsOf({ mirror }: RelayView): WebPorts {
  const status = mirror.status ?? mirror.last?.status
  return { http: status?.httpPort ?? null, https: status?.httpsPort ?? null }
}

/** On the server; null where it has none. */
function portOf({ mode, port, settings }: RelayTunnel, view: RelayView): number | null {
  // of what was kept of a server that is away, the settings are no part
  return takesSetting(mode, 'host')
    ? webPort({ scheme: settings.host?.scheme ?? 'all' }, webPortsOf(view))
    : port
}

/** Null: it is not the app's to use. A tunnel for everybody that was made private elsewhere belongs to elsewhere. */
function reachOf({ mode }: RelayTunnel, note: TunnelNote | undefined): TunnelReach | null {
  const reach = reachOfMode[mode]
  return reach === 'laptop' && note?.passwordMark === null ? null : reach
}

/** The lab box's address is that of its own SSH tunnel: whatever stops its npc cuts the session too. */
export function isByOwnTunnel({ id, address }: LabRecord, tunnels: readonly ListedTunnel[]): boolean {
  return tunnels.some(
    (tunnel) =>
      tunnel.lab.id === id &&
      tunnel.kind === 'ssh' &&
      tunnel.port === address?.port &&
      visitorHost(tunnel) === address.host,
  )
}
