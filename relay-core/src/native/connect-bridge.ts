import type { TLSSocket } from 'node:tls'
import { RelayError } from '../api/errors.ts'
import { connectTls, type TlsTickets } from '../net/dial/connect.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'

/** How long the relay may take to accept. */
const connectTimeoutMs = 10_000

/** TLS to a relay's bridge, whose key the caller checks; rejects with `relay-unreachable` or the signal's reason. */
export async function connectBridge({
  host,
  port,
  proxy,
  signal,
  tickets,
  timeoutMs = connectTimeoutMs,
}: {
  host: string
  port: number
  proxy: ProxyAddress | undefined
  signal: AbortSignal
  tickets: TlsTickets
  timeoutMs?: number | undefined
}): Promise<TLSSocket> {
  try {
    return await connectTls({ host, port, proxy, renew: true, signal, tickets, timeoutMs })
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    const next =
      (error as NodeJS.ErrnoException).code === 'ENOTFOUND'
        ? 'Check the spelling of its name.'
        : "Is it running, and is the port open in the cloud's security group?"
    throw new RelayError(
      'relay-unreachable',
      `The relay at ${host}:${port} cannot be reached (${reason}). ${next}`,
      { host, port },
      { cause: error },
    )
  }
}
