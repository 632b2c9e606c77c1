import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import type { DialPolicy } from '../client/dial-target.ts'
import type { Target } from '../server/agent-session.ts'
import { encodePrefixed } from './length-prefixed.ts'
import { decodeSocksDatagram, encodeSocksDatagram, maxSocksReplyBytes } from './socks-datagram.ts'

/** Stock relays forget a visitor after ten minutes without an answer; one that does not must not leave sockets behind. */
const idleTimeoutMs = 15 * 60_000

export interface ServeDatagramsOptions {
  readonly policy: DialPolicy | undefined
  readonly signal: AbortSignal
}

/** Agent's side of a `udp` link: every message goes to the target, and what the target sends comes back. */
export async function serveDatagrams(
  stream: Duplex,
  target: Target,
  { policy, signal }: ServeDatagramsOptions,
): Promise<void> {
  if (policy && !policy(target)) {
    stream.destroy()
    return
  }
  const { address, family } = await lookup(target.host)
  signal.throwIfAborted()
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  const alive = endTogether(stream, socket)
  socket.connect(target.port, address, () => {
    socket.on('message', (data) => {
      alive()
      stream.write(data)
    })
    // A datagram that cannot be sent is lost, as any may be: the next one is tried all the same.
    stream.on('data', (data: Buffer) => {
      alive()
      socket.send(data, () => undefined)
    })
  })
}

/** Agent's side of a `udp5` link: each message names its own target; answers carry where they came from. */
export function serveSocksDatagrams(stream: Duplex, { policy }: ServeDatagramsOptions): void {
  const sockets = new Map<'udp4' | 'udp6', Socket>()
  const socketFor = (type: 'udp4' | 'udp6') => {
    const existing = sockets.get(type)
    if (existing) return existing
    const socket = createSocket(type)
    sockets.set(type, socket)
    const alive = endTogether(stream, socket)
    stream.on('data', alive)
    socket.on('message', (data, from) => {
      alive()
      const packet = encodeSocksDatagram({ host: from.address, port: from.port, data })
      if (packet.length <= maxSocksReplyBytes) stream.write(encodePrefixed(packet))
    })
    return socket
  }
  stream.on('data', (packet: Buffer) => {
    void sendOne(packet).catch((error: unknown) => stream.destroy(error as Error))
  })

  async function sendOne(packet: Buffer): Promise<void> {
    const { host, port, data } = decodeSocksDatagram(packet)
    if (port === 0 || (policy && !policy({ host, port }))) return
    // A name that is not known costs this datagram only.
    const found = await lookup(host).catch(() => undefined)
    if (!found || stream.destroyed) return
    socketFor(isIPv6(found.address) ? 'udp6' : 'udp4').send(data, port, found.address, () => undefined)
  }
}

/** The stream's end takes the socket along, and so does a long silence; answers how to say that something passed. */
function endTogether(stream: Duplex, socket: Socket): () => void {
  const idle = setTimeout(() => stream.destroy(), idleTimeoutMs)
  stream.on('end', () => stream.end())
  // ECONNREFUSED says that nothing listens there right now; the next datagram is tried all the same.
  socket.on('error', () => undefined)
  stream.once('close', () => {
    clearTimeout(idle)
    socket.close()
  })
  return () => void idle.refresh()
}
