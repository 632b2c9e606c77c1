import type { Server } from 'node:http'
import { ConnectionLimit } from './connection-limit.ts'

/**
 * How long a peer may take for a request's head, and for all of it. Looked at every second: the default of half a
 * minute would be how long the silent really stay.
 */
export const httpPatience = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
}

/** All connections of one HTTP port, and those of one address: nobody alone can shut the others out. */
const connections = { perAddress: 128, total: 512 }

/** Sends away, without a word, whoever has more than a fair share of the connections. */
export function limitConnections(server: Server): void {
  const places = new ConnectionLimit(connections)
  server.on('connection', (socket) => {
    const leave = places.enter(socket.remoteAddress ?? '')
    if (leave) socket.once('close', leave)
    else socket.destroy()
  })
}
