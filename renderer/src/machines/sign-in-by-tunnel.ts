import { ownSshTunnel } from '@nps-desktop/electron/contract'
import type { Lab, Server, SshAddress, Tunnel } from '@nps-desktop/electron/contract'

/**
 * Where this laptop can sign in to a lab box whose address it does not have: the near end of its SSH tunnel. `user` is empty
 * where its npc has not said one. Null without such a tunnel, and `broken` is the tunnel where it is known not to work now.
 */
export function signInByTunnel(
  lab: Lab,
  server: Server,
  tunnels: readonly Tunnel[],
): { address: SshAddress; ready: boolean; broken: Tunnel | null } | null {
  const way = lab.address ? null : ownSshTunnel(lab, server, tunnels)
  if (way === null) return null
  const { host, port, ready, tunnel } = way
  const isBroken = tunnel.status.state === 'broken' || tunnel.status.state === 'paused'
  return { address: { host, port, user: lab.account ?? '' }, ready, broken: isBroken ? tunnel : null }
}
