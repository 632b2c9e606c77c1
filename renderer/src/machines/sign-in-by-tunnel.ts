import type { Lab, Server, SshAddress, Tunnel } from '@nps-desktop/electron/contract'

/** A lab box's own sshd, not that of another machine in its network. */
const ownSshd = /^(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/

/**
 * Where this laptop can sign in to a lab box whose address it does not have: the near end of its SSH tunnel. `user` is empty
 * where its npc has not said one. Null without such a tunnel, and `ready` says whether it is known to work now.
 */
export function signInByTunnel(
  lab: Lab,
  server: Server,
  tunnels: readonly Tunnel[],
): { address: SshAddress; ready: boolean } | null {
  if (lab.address || !server.relay) return null
  const own = tunnels.filter(
    ({ labId, kind, target, status }) =>
      labId === lab.id && kind === 'ssh' && ownSshd.test(target) && status.state !== 'paused',
  )
  const tunnel = own.find(({ status }) => status.state === 'ready') ?? own[0]
  if (!tunnel) return null
  const host = tunnel.reach === 'laptop' ? '127.0.0.1' : server.relay.host
  return {
    address: { host, port: tunnel.port, user: lab.account ?? '' },
    ready: tunnel.status.state === 'ready',
  }
}
