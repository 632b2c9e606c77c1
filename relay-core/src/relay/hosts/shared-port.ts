import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { keepAlive } from '../../net/stream/keep-alive.ts'
import { peerAddress } from '../../net/address/plain-address.ts'
import { ConnectionLimit } from '../../net/listen/connection-limit.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import { listen } from '../../net/listen/listen.ts'

/** A browser opens six connections per site; a campus behind one address has many browsers. */
const maxPerAddress = 1024
const maxTotal = 8192

/** A listening port that all host tunnels share, and the visitors' connections to it. */
export class SharedPort {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #limit = new ConnectionLimit({ perAddress: maxPerAddress, total: maxTotal })

  /**
   * `onVisitor` gets each connection open and paused, with the visitor's address, and calls `known` once it has asked for a
   * site that is there: until then the connection gives way to others when there is no more room.
   */
  constructor(
    onVisitor: (socket: Socket, address: string, known: () => void) => void,
    descriptors?: Descriptors,
  ) {
    this.#server = createServer(
      {
        allowHalfOpen: true,
        pauseOnConnect: true,
        noDelay: true,
      },
      (socket) => {
        // An error is always followed by `close`.
        socket.on('error', () => undefined)
        const address = peerAddress(socket)
        const hasRoom = descriptors?.admit(socket, 'visitor') ?? true
        const place =
          address === undefined || !hasRoom ? undefined : this.#limit.enter(address, () => socket.destroy())
        if (address === undefined || !place) {
          socket.destroy()
          return
        }
        this.#sockets.add(socket)
        keepAlive(socket)
        socket.once('close', () => {
          place.leave()
          this.#sockets.delete(socket)
        })
        onVisitor(socket, address, () => place.keep())
      },
    )
  }

  /** Rejects with `port-taken`, `port-forbidden` or `invalid-input`. */
  async listen(address: { host: string; port: number }): Promise<number> {
    await listen(this.#server, address)
    // Out of descriptors, or a visitor gone before it was accepted: the port stays open for the next.
    this.#server.on('error', () => undefined)
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends its connections too. Idempotent. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
