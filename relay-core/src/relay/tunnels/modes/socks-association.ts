import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { addAbortListener, once } from 'node:events'
import { BlockList, isIPv6, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { plainAddress, withoutZone } from '../../../net/address/plain-address.ts'
import { decodeSocksDatagram } from '../../../net/stream/socks-datagram.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import { sendDatagram } from '../../../net/listen/datagram-socket.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import { encodeReply, socksReply } from '../../../proxy/socks-messages.ts'

/**
 * SOCKS5's UDP ASSOCIATE: a UDP port of the server for this visitor alone, for as long as its TCP connection lasts. The
 * first datagram from the visitor's address determines its port for the others. Fulfils when it is over.
 */
export async function associate(
  socket: Socket,
  connection: TunnelConnection,
  session: AgentSession,
): Promise<void> {
  const { signal, visitor } = connection
  const stream = await session.openSocksDatagrams({ signal, visitor })
  const local = plainAddress(socket.localAddress ?? '::')
  const datagrams = createSocket(isIPv6(local) ? 'udp6' : 'udp4')
  try {
    datagrams.bind({ address: local, port: 0 })
    await once(datagrams, 'listening', { signal })
    datagrams.on('error', () => undefined)
    carry(datagrams, stream, connection)
    const host = tellableAddress(local, connection.address)
    socket.write(encodeReply(socksReply.succeeded, { host, port: datagrams.address().port }))
    await untilOver(socket, stream, signal)
  } finally {
    datagrams.close()
    stream.destroy()
    resetStream(socket)
  }
}

function carry(datagrams: DatagramSocket, stream: Duplex, connection: TunnelConnection): void {
  let visitorPort: number | undefined
  datagrams.on('message', (packet, from) => {
    if (plainAddress(from.address) !== connection.address) return
    if (visitorPort !== undefined && from.port !== visitorPort) return
    const datagram = decodeSocksDatagram(packet)
    if (!datagram) return
    visitorPort = from.port
    if (connection.takeUp(datagram.data.length)) stream.write(packet)
  })
  stream.on('data', (packet: Buffer) => {
    const datagram = decodeSocksDatagram(packet)
    if (!datagram || visitorPort === undefined) return
    if (connection.takeDown(datagram.data.length)) {
      sendDatagram(datagrams, packet, { address: connection.address, port: visitorPort })
    }
  })
}

/** The TCP connection says nothing more; its end, or that of the link, is the end. */
async function untilOver(socket: Socket, stream: Duplex, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>()
  const end = () => over.resolve()
  socket.once('end', end).once('close', end).resume()
  stream.once('close', end)
  using _aborted = addAbortListener(signal, end)
  if (!socket.destroyed && !stream.destroyed && !signal.aborted) await over.promise
}

const privateNetworks = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, prefix, 'ipv4')
}

/**
 * Cloud servers have a private address that nobody outside can send to. All zeros mean "where your TCP
 * connection goes", as SOCKS5 clients understand it.
 */
function tellableAddress(local: string, visitor: string): string {
  if (isIPv6(local) || isIPv6(visitor)) return withoutZone(local)
  return privateNetworks.check(local) && !privateNetworks.check(visitor) ? '0.0.0.0' : local
}
