import type { Failure, Lab, Overview, Server, Tunnel } from '@nps-desktop/electron/contract'
import { tunnelLook } from '../tunnels/tunnel-state.ts'

/** One cause that a person can act on. An offline box is one cause, not one per tunnel behind it. */
export type Need =
  | { kind: 'server'; server: Server; failure: Failure; tunnels: readonly Tunnel[] }
  | { kind: 'lab'; lab: Lab; server: Server; sinceMs: number | null; tunnels: readonly Tunnel[] }
  | { kind: 'tunnel'; tunnel: Tunnel; lab: Lab; server: Server; failure: Failure; sinceMs: number }

/** Everything that is broken, one entry per cause, outermost first. Without a network nothing is broken: then all is unknown. */
export function thingsThatNeedYou(overview: Overview, nowMs: number): readonly Need[] {
  const needs: Need[] = []
  const covered = new Set<string>()
  const hidden = (server: Server): boolean => !overview.laptopOnline && !server.local

  for (const server of overview.servers) {
    if (hidden(server)) continue
    if (server.link.state !== 'away' && server.link.state !== 'failed') continue
    const tunnels = overview.tunnels.filter((tunnel) => tunnel.serverId === server.id)
    for (const tunnel of tunnels) covered.add(tunnel.id)
    needs.push({ kind: 'server', server, failure: server.link.failure, tunnels })
  }
  for (const lab of overview.labs) {
    const server = overview.servers.find(({ id }) => id === lab.serverId)
    if (!server || hidden(server) || lab.state.state !== 'offline') continue
    const tunnels = overview.tunnels.filter((tunnel) => tunnel.labId === lab.id && !covered.has(tunnel.id))
    for (const tunnel of tunnels) covered.add(tunnel.id)
    if (server.link.state === 'online')
      needs.push({ kind: 'lab', lab, server, sinceMs: lab.state.sinceMs, tunnels })
  }
  for (const tunnel of overview.tunnels) {
    if (covered.has(tunnel.id)) continue
    const look = tunnelLook(tunnel, nowMs)
    if (look.look !== 'broken') continue
    const lab = overview.labs.find(({ id }) => id === tunnel.labId)
    const server = overview.servers.find(({ id }) => id === tunnel.serverId)
    if (!lab || !server || hidden(server)) continue
    needs.push({ kind: 'tunnel', tunnel, lab, server, failure: look.failure, sinceMs: look.sinceMs })
  }
  return needs
}
