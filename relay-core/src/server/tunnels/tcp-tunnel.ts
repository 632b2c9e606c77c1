import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Connection } from '../../api/models.ts'
import type { Log } from '../../log.ts'
import { keepAliveDelayMs } from '../../transport/connect.ts'
import { resetStream, splice } from '../../transport/splice.ts'
import type { AgentSession, Target } from '../agent-session.ts'
import { listen } from '../listen.ts'

/** Each costs a descriptor here, two at the lab box, and its buffers; the system's own limit must stay out of reach. */
export const maxConnectionsPerTunnel = 4096

export interface TcpTunnelOptions {
  readonly id: number
  /** Undefined: every address of the server, IPv4 and IPv6. */
  readonly host: string | undefined
  readonly port: number
  readonly target: Target
  readonly session: () => AgentSession | undefined
  readonly log: Log
}

interface LiveConnection {
  readonly id: number
  readonly visitor: string
  readonly openedAtMs: number
  readonly socket: Socket
  readonly abort: AbortController
  downBytes: number
  upBytes: number
}

/** One listening port of the server, and the connections through it. */
export class TcpTunnel {
  readonly id: number
  downBytes = 0
  upBytes = 0
  #target: Target
  readonly #options: TcpTunnelOptions
  readonly #connections = new Set<LiveConnection>()
  readonly #server: Server
  #lastConnectionId = 0

  constructor(options: TcpTunnelOptions) {
    this.id = options.id
    this.#options = options
    this.#target = options.target
    this.#server = createServer(
      // A visitor's first bytes wait in its socket until the target has been reached.
      {
        allowHalfOpen: true,
        pauseOnConnect: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveDelayMs,
      },
      (socket) => void this.#onVisitor(socket),
    )
  }

  /** Rejects with `port-taken`, `port-forbidden` or `invalid-input`. */
  async listen(): Promise<void> {
    const { host, port, log, id } = this.#options
    await listen(this.#server, { host, port })
    // Out of descriptors or a visitor gone before it was accepted: the port stays open for the next.
    this.#server.on('error', (error) => log.error('a visitor could not be accepted', { tunnel: id, error }))
  }

  get target(): Target {
    return this.#target
  }

  /** As asked for, but for port 0, where it is the one the system chose. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port
  }

  get isListening(): boolean {
    return this.#server.listening
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  connections(): Connection[] {
    return [...this.#connections].map(({ id, visitor, openedAtMs, downBytes, upBytes }) => ({
      id,
      tunnelId: this.id,
      visitor,
      openedAtMs,
      downBytes,
      upBytes,
    }))
  }

  /** New visitors go to `target`; those of the old one are ended. */
  retarget(target: Target): void {
    this.#target = target
    this.#endConnections()
  }

  /** Closes the port and ends its connections. Idempotent. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#endConnections()
    await closed
  }

  #endConnections(): void {
    for (const connection of this.#connections) {
      connection.abort.abort()
      resetStream(connection.socket)
    }
  }

  async #onVisitor(socket: Socket): Promise<void> {
    // An error is always followed by `close`.
    socket.on('error', () => undefined)
    const session = this.#options.session()
    if (!session || this.#connections.size >= maxConnectionsPerTunnel) {
      resetStream(socket)
      return
    }
    this.#lastConnectionId += 1
    const connection: LiveConnection = {
      id: this.#lastConnectionId,
      visitor: `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`,
      openedAtMs: Date.now(),
      socket,
      abort: new AbortController(),
      downBytes: 0,
      upBytes: 0,
    }
    this.#connections.add(connection)
    try {
      await this.#carry(connection, session)
    } finally {
      this.#connections.delete(connection)
    }
  }

  async #carry(connection: LiveConnection, session: AgentSession): Promise<void> {
    const { socket, visitor, abort } = connection
    const onGone = () => abort.abort()
    socket.once('close', onGone)
    try {
      const stream = await session.openStream(this.#target, { signal: abort.signal, visitor })
      socket.off('close', onGone)
      await splice(socket, stream, {
        onForward: (bytes) => {
          connection.upBytes += bytes
          this.upBytes += bytes
        },
        onBackward: (bytes) => {
          connection.downBytes += bytes
          this.downBytes += bytes
        },
      })
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#options.log.warn('visitor turned away', { tunnel: this.id, visitor, reason: error })
      }
      resetStream(socket)
    }
  }
}
