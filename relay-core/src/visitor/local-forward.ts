import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RelayError } from '../api/errors.ts'
import type { Log } from '../log/log.ts'
import { listen } from '../net/listen/listen.ts'
import { ForeignAccount, joinLocal } from './join-local.ts'

export interface LocalForwardOptions {
  readonly name: string
  /** By default 127.0.0.1: programs of this account only (see joinLocal). */
  readonly host?: string | undefined
  /** See JoinLocalOptions. */
  readonly forAllAccounts?: boolean | undefined
  /** 0 takes any free port. */
  readonly port: number
  /** A new connection to the private tunnel's target. */
  readonly visit: (options: { signal: AbortSignal }) => Promise<Duplex>
  /** Why a connection was ended before it had begun. */
  readonly onFailure?: ((error: unknown) => void) | undefined
  readonly log: Log
}

const defaultHost = '127.0.0.1'
/** Browser tabs and ssh sessions: far above any normal use, far below what descriptors allow. */
const maxConnections = 1_024

/** One private tunnel of another machine on a port of this one. */
export class LocalForward {
  readonly #options: LocalForwardOptions
  readonly #server: Server
  readonly #closing = new AbortController()
  readonly #sockets = new Set<Socket>()

  constructor(options: LocalForwardOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
      this.#accept(socket),
    )
    this.#server.maxConnections = maxConnections
  }

  /** Fulfils with its port; rejects as `listen` does. */
  async open(): Promise<number> {
    const { name, host = defaultHost, port, log } = this.#options
    try {
      await listen(this.#server, { host, port })
    } catch (cause) {
      if (!(cause instanceof RelayError && cause.code === 'port-taken')) throw cause
      throw new RelayError(
        'port-taken',
        `Port ${port} of this machine is taken, so [${name}] cannot listen there. Give it another -local_port.`,
        { port },
        { cause },
      )
    }
    const at = (this.#server.address() as AddressInfo).port
    log.info('private tunnel listens on this machine', { name, address: `${host}:${at}` })
    return at
  }

  get connectionCount(): number {
    return this.#sockets.size
  }

  /** Ends its connections too. Idempotent. */
  close(): void {
    this.#closing.abort(new Error('the visitor was stopped'))
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    // An error is always followed by `close`.
    socket.on('error', () => undefined)
    const gone = new AbortController()
    socket.once('close', () => {
      this.#sockets.delete(socket)
      gone.abort(new Error('the program has left'))
    })
    void this.#join(socket, AbortSignal.any([gone.signal, this.#closing.signal]))
  }

  async #join(socket: Socket, signal: AbortSignal): Promise<void> {
    const { name, host = defaultHost, forAllAccounts, visit, onFailure, log } = this.#options
    try {
      await joinLocal(socket, { host, forAllAccounts, visit, signal })
    } catch (error) {
      if (signal.aborted) return
      log.warn('private tunnel not reached', { name, reason: error })
      // That is not the tunnel's fault.
      if (!(error instanceof ForeignAccount)) onFailure?.(error)
    }
  }
}
