import type { Lab } from '../labs/lab-models.ts'
import type { Server } from '../servers/server-models.ts'
import type { Tunnel } from './tunnel-models.ts'

/** Whether a tunnel leads to its lab box's own sshd, not to that of another machine in its network. */
export function leadsToOwnSshd({ kind, target }: Pick<Tunnel, 'kind' | 'target'>): boolean {
  return kind === 'ssh' && isOnLabBox(target)
}

/** Whether a target is one port of the lab box itself, by the names that need no look at its addresses. */
export function isOnLabBox(target: string): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(target)
}

/**
 * The near end of a lab box's SSH tunnel, where this laptop reaches the box's own sshd; one that is ready before others, and one
 * that is paused after them. Null without such a tunnel; `ready` says whether it is known to work now.
 */
export function ownSshTunnel(
  { id }: Pick<Lab, 'id'>,
  server: Pick<Server, 'relay'>,
  tunnels: readonly Tunnel[],
): { host: string; port: number; ready: boolean; tunnel: Tunnel } | null {
  if (!server.relay) return null
  const own = tunnels.filter((tunnel) => tunnel.labId === id && leadsToOwnSshd(tunnel))
  const tunnel =
    own.find(({ status }) => status.state === 'ready') ??
    own.find(({ status }) => status.state !== 'paused') ??
    own[0]
  if (!tunnel) return null
  const host = tunnel.reach === 'laptop' ? '127.0.0.1' : server.relay.host
  return { host, port: tunnel.port, ready: tunnel.status.state === 'ready', tunnel }
}
