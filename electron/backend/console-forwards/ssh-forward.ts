import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import type { Clock } from '@nps-desktop/relay-core/async'
import type { SshSession } from '../ssh/ssh-session.ts'

/** An open page keeps a connection; the forward closes this long after the last one. */
const unusedMs = 10 * 60_000
const maxConnections = 64

/** Where a forward leads, as the far machine names it. */
export interface ForwardTarget {
  readonly host: string
  readonly port: number
}

/** A port of this laptop's loopback that leads to one of the far machine's, over a session of its own. */
export class SshForward {
  readonly #server: Server
  readonly #session: SshSession
  readonly #clock: Clock
  readonly #stop = new AbortController()
  readonly #sockets = new Set<Socket>()
  #unused: Disposable | null = null
  readonly closed: Promise<void>
  readonly #closed = Promise.withResolvers<void>()

  private constructor(session: SshSession, target: ForwardTarget, clock: Clock) {
    this.#session = session
    this.#clock = clock
    this.closed = this.#closed.promise
    this.#server = createServer((socket) => this.#lead(socket, target))
    this.#server.maxConnections = maxConnections
    void session.closed.then(() => this.close())
  }

  /** Takes over the session. */
  static async open(
    session: SshSession,
    target: ForwardTarget,
    { clock }: { clock: Clock },
  ): Promise<SshForward> {
    const forward = new SshForward(session, target, clock)
    try {
      await new Promise<void>((resolve, reject) => {
        forward.#server.once('error', reject)
        forward.#server.listen({ host: '127.0.0.1', port: 0 }, resolve)
      })
    } catch (error) {
      forward.close()
      throw error
    }
    // without descriptors a connection cannot be taken; the next one may be
    forward.#server.on('error', () => undefined)
    forward.#rest()
    return forward
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get isOpen(): boolean {
    return this.#server.listening && this.#session.isOpen
  }

  /** Idempotent. */
  close(): void {
    this.#unused?.[Symbol.dispose]()
    this.#stop.abort()
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#session.close()
    this.#closed.resolve()
  }

  #lead(socket: Socket, { host, port }: ForwardTarget): void {
    this.#unused?.[Symbol.dispose]()
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#rest()
    })
    socket.on('error', () => socket.destroy())
    this.#session.forward(host, port, { signal: this.#stop.signal }).then(
      (far) => {
        pipeline(socket, far, () => far.destroy())
        pipeline(far, socket, () => socket.destroy())
      },
      () => socket.destroy(),
    )
  }

  #rest(): void {
    this.#unused?.[Symbol.dispose]()
    this.#unused = this.#stop.signal.aborted ? null : this.#clock.after(unusedMs, () => this.close())
  }
}
