import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Target } from '../../session/agent-session.ts'
import type { DialPolicy } from '../../session/dial-policy.ts'
import { explainDial, lookUp } from './dial-target.ts'

/** Relays forget a visitor much earlier; one that does not must not leave sockets behind. */
const idleTimeoutMs = 15 * 60_000

/** A socket that sends to the target and receives from it only. Rejects with a `target-…` RelayError, or the signal's reason. */
export async function openDatagramSocket(
  target: Target,
  { policy, signal }: { policy: DialPolicy | undefined; signal: AbortSignal },
): Promise<Socket> {
  const addresses = await lookUp(target, { policy, signal })
  let failure: unknown
  for (const address of addresses) {
    signal.throwIfAborted()
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    try {
      socket.connect(target.port, address)
      await once(socket, 'connect')
      signal.throwIfAborted()
      return socket
    } catch (error) {
      // A machine without a way in one family may have one in the other.
      socket.close()
      failure ??= error
    }
  }
  signal.throwIfAborted()
  throw explainDial(failure as NodeJS.ErrnoException, target)
}

/** Every datagram of the stream goes to the target, and what the target sends comes back. */
export function joinDatagrams(stream: Duplex, socket: Socket): void {
  const alive = endTogether(stream, socket)
  socket.on('message', (data) => {
    alive()
    stream.write(data)
  })
  // A datagram that cannot be sent is lost, as any may be; the next one is still tried.
  stream.on('data', (data: Buffer) => {
    alive()
    socket.send(data, () => undefined)
  })
}

/** The socket is closed with the stream, and after a long silence; returns a function that reports activity. */
export function endTogether(stream: Duplex, socket: Socket): () => void {
  const idle = setTimeout(() => stream.destroy(), idleTimeoutMs)
  stream.on('end', () => stream.end())
  stream.on('error', () => undefined)
  // ECONNREFUSED means that nothing listens there right now; the next datagram is still tried.
  socket.on('error', () => undefined)
  const close = () => {
    clearTimeout(idle)
    socket.close()
  }
  if (stream.closed) close()
  else stream.once('close', close)
  return () => void idle.refresh()
}
