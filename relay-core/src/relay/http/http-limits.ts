import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { ConnectionLimit, type ConnectionSlot } from '../../net/listen/connection-limit.ts'
import type { Descriptors } from '../limits/descriptors.ts'

/**
 * How long a peer may take for a request's head, and for all of it. Looked at every second: the default of half a
 * minute would be how long the silent really stay.
 */
export const httpServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
}

/** All connections of one HTTP port, and those of one address: nobody alone can shut the others out. */
const connections = { perAddress: 128, total: 512 }

/**
 * Sends away, without a word, whoever has more than a fair share of the connections. Answers with what to call for a
 * connection that has proved itself: it gives its place back.
 */
export function limitConnections(server: Server, descriptors?: Descriptors): (socket: Peer) => void {
  const { perAddress, total } = connections
  const limit = new ConnectionLimit({ perAddress, total: descriptors?.share('console', total) ?? total })
  // A request of HTTPS comes on a socket of its own, which shares nothing but its peer with the one that holds the place.
  const places = new Map<string, ConnectionSlot>()
  server.on('connection', (socket) => {
    const peer = peerOf(socket)
    const hasRoom = descriptors?.admit(socket, 'console') ?? true
    const place = hasRoom && limit.enter(socket.remoteAddress ?? '', () => socket.destroy())
    if (!place) {
      socket.destroy()
      return
    }
    places.set(peer, place)
    socket.once('close', () => {
      place.leave()
      if (places.get(peer) === place) places.delete(peer)
    })
  })
  server.on('request', ({ socket }) => places.get(peerOf(socket))?.spoke())
  return (socket) => places.get(peerOf(socket))?.leave()
}

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>

function peerOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`
}
