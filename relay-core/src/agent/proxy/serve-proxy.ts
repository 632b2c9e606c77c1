import type { Duplex } from 'node:stream'
import type { AgentProxy } from '../../api/words/agent-proxies.ts'
import type { Log } from '../../log/log.ts'
import { formatHostPort } from '../../net/address/host-port.ts'
import { splice } from '../../net/stream/splice.ts'
import type { ProxyClient } from '../../proxy/proxy-client.ts'
import { serveHttpProxy } from '../../proxy/serve-http-proxy.ts'
import { serveSocks5 } from '../../proxy/serve-socks5.ts'

export interface ServeProxyOptions {
  /** Who asks, for the log. */
  readonly visitor: string
  /** Dials what may be dialled. */
  readonly reach: ProxyClient['reach']
  readonly signal: AbortSignal
  readonly log: Log
}

/**
 * Answers a visitor of a private tunnel as the proxy at which the tunnel ends. Nobody is asked for a password: the visitor has proved
 * that it knows the tunnel's. No datagrams: UDP ASSOCIATE is refused. Fulfils when the visitor has gone.
 */
export function serveProxy(
  stream: Duplex,
  proxy: AgentProxy,
  { visitor, reach, signal, log }: ServeProxyOptions,
): Promise<void> {
  const client: ProxyClient = {
    stream,
    signal,
    reach,
    join: splice,
    onRefused: (reason, target) =>
      log.debug('proxy visitor turned away', {
        visitor,
        ...(target && { target: formatHostPort(target) }),
        reason,
      }),
  }
  if (proxy === 'http') return serveHttpProxy(client, { isProved: () => true })
  return serveSocks5(client, { isAccount: undefined })
}
