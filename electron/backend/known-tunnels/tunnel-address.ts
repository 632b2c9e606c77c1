import { type ListedTunnel, visitorHost, webPortsOf } from './list-tunnels.ts'
import { addressOf, webAddress } from './tunnel-kind.ts'

/**
 * What a person copies or opens; empty where nothing works. `user` is that of the lab box, where it is known; `secure`: a check
 * has met a service that speaks HTTPS.
 */
export function addressOfTunnel(
  tunnel: ListedTunnel,
  { user, secure }: { user: string | null; secure: boolean },
): string {
  const { kind, port, relayTunnel, view } = tunnel
  const route = relayTunnel.settings.host
  if (kind === 'host') return route ? webAddress(route, webPortsOf(view)) : ''
  const entrance = { ...tunnel.entrance, secure: tunnel.entrance.secure || secure }
  return addressOf(kind, { host: visitorHost(tunnel), port, user, entrance })
}
