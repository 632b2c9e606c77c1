import type { Client, Tunnel as RelayTunnel } from '@nps-desktop/relay-core/api'
import type { TunnelKind, TunnelReach } from '@nps-desktop/electron/contract'
import { tunnelIdOf } from '../ids.ts'
import type { RelayView, Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage, TunnelNote } from '../storage/records.ts'
import { changeOf, type TunnelChange } from '../tunnels/tunnel-change.ts'
import { type Entrance, plainEntrance } from '../tunnels/lab-services.ts'
import { guessKind } from './tunnel-kind.ts'

/** A tunnel with all it belongs to. */
export interface ListedTunnel {
  readonly id: string
  readonly kind: TunnelKind
  readonly reach: TunnelReach
  /** On the server; with the reach `laptop`, on this laptop. */
  readonly port: number
  readonly entrance: Entrance
  readonly relayTunnel: RelayTunnel
  readonly client: Client | null
  readonly lab: LabRecord
  readonly server: ServerRecord
  readonly view: RelayView
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
      const port = (reach === 'laptop' ? note?.localPort : relayTunnel.port) ?? null
      if (!lab || note?.removal || reach === null || port === null) return []
      const client = clients?.find((one) => one.id === relayTunnel.clientId) ?? null
      const kind = note?.kind ?? guessKind(relayTunnel)
      const change = changeOf(note, relayTunnel)
      const entrance = note?.entrance ?? plainEntrance
      return [{ id, kind, reach, port, entrance, relayTunnel, client, lab, server, view, change }]
    })
  })
}

/** Null: it is not the app's to use. A tunnel that everybody may use and that was made private elsewhere belongs to elsewhere. */
function reachOf({ mode }: RelayTunnel, note: TunnelNote | undefined): TunnelReach | null {
  if (mode === 'tcp') return 'anyone'
  return mode === 'private' && note?.passwordMark !== null ? 'laptop' : null
}
