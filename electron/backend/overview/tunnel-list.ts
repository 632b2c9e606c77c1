import type { Client, Tunnel as RelayTunnel } from '@nps-desktop/relay-core/api'
import type { TunnelKind } from '@nps-desktop/electron/contract'
import { tunnelIdOf } from '../ids.ts'
import type { RelayView, Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage } from '../storage/records.ts'
import { guessKind } from './tunnel-kind.ts'

/** The kind of tunnel the app shows: a port of the server. What else a relay carries was made elsewhere and stays there. */
export type PortTunnel = RelayTunnel & { readonly port: number }

/** A tunnel with all it belongs to. */
export interface ListedTunnel {
  readonly id: string
  readonly kind: TunnelKind
  readonly relayTunnel: PortTunnel
  readonly client: Client | null
  readonly lab: LabRecord
  readonly server: ServerRecord
  readonly view: RelayView
}

/** Every tunnel of every server as last heard, without those that are being removed; in the order of the tree. */
export function listTunnels(storage: Storage, relays: Relays): ListedTunnel[] {
  return storage.servers.list().flatMap((server) => {
    const view = relays.view(server.id)
    const { tunnels, clients } = view.mirror
    const labs = new Map(
      storage.labs.list().flatMap((lab) => (lab.serverId === server.id ? [[lab.clientId, lab]] : [])),
    )
    return (tunnels ?? []).filter(isPortTunnel).flatMap((relayTunnel) => {
      const lab = labs.get(relayTunnel.clientId)
      const id = tunnelIdOf(server.id, relayTunnel.id)
      const note = storage.tunnelNotes.get(id)
      if (!lab || note?.removal) return []
      const client = clients?.find((one) => one.id === relayTunnel.clientId) ?? null
      return [{ id, kind: note?.kind ?? guessKind(relayTunnel), relayTunnel, client, lab, server, view }]
    })
  })
}

function isPortTunnel(tunnel: RelayTunnel): tunnel is PortTunnel {
  return tunnel.mode === 'tcp' && tunnel.port !== null
}
