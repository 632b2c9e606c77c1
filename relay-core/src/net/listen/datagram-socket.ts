import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { explainListenError } from './listen.ts'

/** How much may wait for the system; anything beyond is dropped, as UDP does. */
const maxUnsentBytes = 4 * 1024 * 1024

/**
 * A bound UDP socket. Without `host` it is on every address, IPv4 and IPv6 (where the server has IPv6). Rejects with
 * `port-taken`, `port-forbidden` or `invalid-input`.
 */
export async function bindDatagrams({
  host,
  port,
}: {
  host: string | undefined
  port: number
}): Promise<Socket> {
  if (host !== undefined) return bind(createSocket(isIPv6(host) ? 'udp6' : 'udp4'), host, port)
  try {
    return await bind(createSocket({ type: 'udp6', ipv6Only: false }), '::', port)
  } catch (error) {
    // IPv6 may be switched off; a port that is taken is taken for IPv4 too.
    if (!isWithoutIPv6(error)) throw error
    return bind(createSocket('udp4'), '0.0.0.0', port)
  }
}

/** Never throws, and keeps a limited amount for a busy system. */
export function sendDatagram(
  socket: Socket,
  datagram: Uint8Array,
  { address, port }: { address: string; port: number },
): void {
  // No answer reaches port 0, from which a packet may claim to come; `send` throws at it.
  if (port === 0 || socket.getSendQueueSize() > maxUnsentBytes) return
  // A datagram that cannot be sent is dropped, as any may be.
  socket.send(datagram, port, address, () => undefined)
}

async function bind(socket: Socket, host: string, port: number): Promise<Socket> {
  try {
    socket.bind({ address: host, port })
    await once(socket, 'listening')
    // The holder may want to know; an unhandled error must not end the process.
    socket.on('error', () => undefined)
    return socket
  } catch (error) {
    socket.close()
    throw explainListenError(error as NodeJS.ErrnoException, host, port)
  }
}

function isWithoutIPv6(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code } = cause as NodeJS.ErrnoException
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' || code === 'EINVAL'
}
