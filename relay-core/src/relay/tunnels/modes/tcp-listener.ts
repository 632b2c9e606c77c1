import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { keepAlive } from '../../../net/stream/keep-alive.ts'
import { peerAddress } from '../../../net/address/plain-address.ts'
import { resetStream } from '../../../net/stream/splice.ts'
import { listen } from '../../../net/listen/listen.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'

/** Serves one visitor until it has gone; when it rejects, the visitor is reset and the log says why. */
export type ServeVisitor = (socket: Socket, connection: TunnelConnection, spec: TunnelSpec) => Promise<void>

/** A listening port of the server that lets in and serves each connection. */
export class TcpListener implements TunnelServer {
  #spec: TunnelSpec
  readonly #context: TunnelServerContext
  readonly #serve: ServeVisitor
  readonly #server: Server

  constructor(spec: TunnelSpec, context: TunnelServerContext, serve: ServeVisitor) {
    this.#spec = spec
    this.#context = context
    this.#serve = serve
    this.#server = createServer(
      // A visitor's first bytes wait in its socket until they are read.
      {
        allowHalfOpen: true,
        pauseOnConnect: true,
        noDelay: true,
      },
      (socket) => void this.#onVisitor(socket),
    )
  }

  async listen(): Promise<void> {
    const { port, settings, id } = this.#spec
    const { listenHost, log } = this.#context
    await listen(this.#server, { host: settings?.listenIp ?? listenHost, port: port ?? 0 })
    // Out of descriptors or a visitor gone before it was accepted: the port stays open for the next.
    this.#server.on('error', (error) => log.error('a visitor could not be accepted', { tunnel: id, error }))
  }

  get port(): number | null {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#spec.port
  }

  update(spec: TunnelSpec): boolean {
    if (spec.settings?.listenIp !== this.#spec.settings?.listenIp) return false
    this.#spec = spec
    return true
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #onVisitor(socket: Socket): Promise<void> {
    // An error is always followed by `close`.
    socket.on('error', () => undefined)
    keepAlive(socket)
    const { remotePort = 0 } = socket
    const address = peerAddress(socket)
    const hasRoom = this.#context.descriptors?.admit(socket, 'visitor') ?? true
    if (address === undefined || !hasRoom) {
      resetStream(socket)
      return
    }
    let connection: TunnelConnection | undefined
    try {
      connection = this.#context.connections.enter({ address, port: remotePort })
      await this.#serve(socket, connection, this.#spec)
    } catch (error) {
      if (!connection?.signal.aborted && !socket.destroyed) {
        const visitor = `${address}:${remotePort}`
        this.#context.log.warn('visitor turned away', { tunnel: this.#spec.id, visitor, reason: error })
      }
      resetStream(socket)
    } finally {
      connection?.leave()
    }
  }
}
