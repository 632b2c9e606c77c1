import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { ConnectionLimit, type ConnectionSlot } from '../../net/listen/connection-limit.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import { peerAddress } from '../../net/address/plain-address.ts'

/**
 * How long a peer may take for a request's head, and for all of it. Checked every second: the default of half a
 * minute is how long silent peers would really stay.
 */
export const httpServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
}

/** Limits per HTTP port and per address, so that no single peer can shut the others out. */
const connections = { perAddress: 128, total: 512 }

/**
 * Silently drops connections beyond a peer's fair share. Returns a function to call for a
 * connection that has proved itself: it gives its slot back.
 */
export function limitConnections(server: Server, descriptors?: Descriptors): (socket: Peer) => void {
  const { perAddress, total } = connections
  const limit = new ConnectionLimit({ perAddress, total: descriptors?.share('console', total) ?? total })
  // An HTTPS request arrives on a separate socket object, which shares only its peer with the one that holds the slot.
  const places = new Map<string, ConnectionSlot>()
  server.on('connection', (socket) => {
    const peer = peerOf(socket)
    const hasRoom = descriptors?.admit(socket, 'console') ?? true
    const place = hasRoom && limit.enter(peerAddress(socket) ?? '', () => socket.destroy())
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
