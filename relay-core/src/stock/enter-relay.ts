import type { Socket } from 'node:net'
import { RelayError } from '../api/errors.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
import { connectTcp } from '../net/dial/connect.ts'
import type { HostPort } from '../net/address/host-port.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { greetRelay, type StockRole } from './messages/handshake.ts'

/** A stock relay, and who connects to it. */
export interface StockRelay extends HostPort {
  readonly proxy?: ProxyAddress | undefined
  readonly vkey: string
  /** Shown in the relay's console. */
  readonly version: string
}

/** Each connection's handshake; a stock npc allows itself the same. */
const handshakeTimeoutMs = 10_000

/**
 * One connection to a stock relay, with its role announced. Rejects with `wrong-key` (also for a client that is switched off),
 * `version-unsupported`, `handshake-timeout`, `relay-unreachable`, or the signal's reason.
 */
export async function enterRelay(
  role: StockRole,
  { host, port, proxy, vkey, version }: StockRelay,
  { signal }: { signal: AbortSignal },
): Promise<Socket> {
  const address = { host, port }
  const onTimeout = () =>
    new RelayError(
      'handshake-timeout',
      `The relay at ${host}:${port} did not answer within ${handshakeTimeoutMs / 1000} s.`,
      address,
    )
  return withDeadline({ signal, timeoutMs: handshakeTimeoutMs, onTimeout }, async (signal) => {
    let socket: Socket | undefined
    try {
      socket = await connectTcp({ ...address, proxy, renew: true, timeoutMs: handshakeTimeoutMs, signal })
      // An error is always followed by `close`.
      socket.on('error', () => undefined)
      await greetRelay(socket, { vkey, version, role, signal })
      return socket
    } catch (cause) {
      socket?.destroy()
      if (cause instanceof RelayError) throw cause
      throw new RelayError(
        'relay-unreachable',
        `No stock relay answers at ${host}:${port} (${(cause as Error).message}).`,
        address,
        { cause },
      )
    }
  })
}
