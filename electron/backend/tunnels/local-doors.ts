import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const connectWithinMs = 10_000
/** A notebook page opens some six connections a tab. */
const mostConnections = 256

interface Place {
  readonly host: string
  readonly port: number
}

/**
 * Doors on this laptop's loopback that lead to a tunnel's public port.
 *
 * A Jupyter that listens on loopback, as it does unless told otherwise, answers 403 to any request whose Host header
 * is not a local name (Jupyter Server, `allow_remote_access`), and so to the server's public address. Through a door
 * the browser's Host header is `127.0.0.1`.
 */
export class LocalDoors {
  readonly #doors = new Map<string, { readonly server: Server; readonly port: number }>()
  readonly #sockets = new Set<Socket>()
  #isClosed = false

  /** The port on 127.0.0.1 that leads to `place`: the same number where it is free. One door a place. */
  async open(place: Place): Promise<number> {
    if (this.#isClosed) throw new Error('The app is closing.')
    const key = `${place.host}:${place.port}`
    const known = this.#doors.get(key)
    if (known !== undefined) return known.port
    const server = createServer({ allowHalfOpen: true }, (visitor) => this.#lead(visitor, place))
    server.maxConnections = mostConnections
    try {
      await listen(server, place.port)
    } catch {
      // taken, or the relay itself runs on this computer: any other number will do
      await listen(server, 0)
    }
    const { port } = server.address() as AddressInfo
    this.#doors.set(key, { server, port })
    return port
  }

  /** Ends the doors and what goes through them. Idempotent. */
  close(): void {
    this.#isClosed = true
    for (const { server } of this.#doors.values()) server.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#doors.clear()
  }

  #lead(visitor: Socket, place: Place): void {
    const onward = connect({ ...place, allowHalfOpen: true, timeout: connectWithinMs })
    onward.once('timeout', () => onward.destroy())
    onward.once('connect', () => onward.setTimeout(0))
    for (const socket of [visitor, onward]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined) // 'close' follows, and ends the other side
      socket.once('close', () => this.#sockets.delete(socket))
    }
    visitor.once('close', (failed) => (failed ? onward.destroy() : onward.end()))
    onward.once('close', () => visitor.destroySoon())
    visitor.pipe(onward)
    onward.pipe(visitor)
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
