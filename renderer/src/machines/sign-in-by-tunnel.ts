import { ownSshTunnel } from '@nps-desktop/electron/contract'
import type { Lab, Server, SshAddress, Tunnel } from '@nps-desktop/electron/contract'

/**
 * Where this laptop can sign in to a lab box whose address it does not have: the near end of its SSH tunnel. `user` is empty
 * where its npc has not said one. Null without such a tunnel, and `ready` says whether it is known to work now.
 */
export function signInByTunnel(
  lab: Lab,
  server: Server,
  tunnels: readonly Tunnel[],
): { address: SshAddress; ready: boolean } | null {
  const way = lab.address ? null : ownSshTunnel(lab, server, tunnels)
  return way && { address: { host: way.host, port: way.port, user: lab.account ?? '' }, ready: way.ready }
}
