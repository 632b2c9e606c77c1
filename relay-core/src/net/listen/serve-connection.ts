import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Servers whose requests are held back already. */
const held = new WeakSet<Server>()

/**
 * Hands a connection to a node:http server that need not listen; its listeners are to be there by now. The only place that
 * does so (checked by its test): on Bun, a request that arrives this way does not stop its sender when nobody reads the body, and
 * one upload to a slow lab box would fill the relay's memory. Node, and Bun where the server listens by itself, do.
 */
export function serveConnection(server: Server, connection: Duplex): void {
  if ('bun' in process.versions && !held.has(server)) {
    held.add(server)
    // Adding a listener where there was none would replace what node:http does by itself.
    for (const event of ['request', 'checkContinue', 'checkExpectation'])
      if (server.listenerCount(event) > 0) server.prependListener(event, holdBody)
  }
  server.emit('connection', connection)
}

/** Pauses the connection while the body that has arrived waits for its reader. */
function holdBody(request: IncomingMessage): void {
  const { socket } = request
  const push = request.push.bind(request)
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const hasRoom = push(chunk, encoding)
    // Once the whole body is here the next request may come; their number is limited (HttpTimeouts).
    if (chunk === null) socket.resume()
    else if (!hasRoom) socket.pause()
    return hasRoom
  }
  const read = request._read.bind(request)
  request._read = (size: number) => {
    socket.resume()
    read(size)
  }
}
