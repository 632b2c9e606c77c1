import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'

/** Services for a tunnel to end at, and visitors to begin it. What was opened is closed by `close`. */
export class Targets {
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()

  /** A server on loopback; answers its port. */
  async listen(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#keep(socket)
      onConnection(socket)
    })
    this.#servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  /** Sends back what comes, and ends when it ends. */
  echo(): Promise<number> {
    return this.listen((socket) => socket.pipe(socket))
  }

  /** A port on which nobody listens. */
  closedPort(): Promise<number> {
    return freePort()
  }

  async visit(port: number): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    this.#keep(socket)
    await once(socket, 'connect')
    return socket
  }

  /** How a visit that says `words` ends, be it while it begins: `end` in order, or the system's code. */
  outcome(port: number, words = ''): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    this.#keep(socket)
    socket.write(words)
    return ending(socket)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    // A test that expects an error looks at `ending`.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
  }
}

/** All that comes until the peer's end. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'end')
  return Buffer.concat(chunks)
}

/** How a connection ended: `end` in order, or the system's code. */
export function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const past = socket.errored as NodeJS.ErrnoException | null
    if (past) resolve(past.code ?? past.message)
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.once('end', () => resolve('end'))
    socket.resume()
  })
}
