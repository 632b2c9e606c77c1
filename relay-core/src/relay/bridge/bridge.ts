import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Log } from '../../log/log.ts'
import { keepAlive } from '../../net/stream/keep-alive.ts'
import { secureAsServer } from '../../net/tls/secure-stream.ts'
import { frameType } from '../../wire/frame.ts'
import { ConnectionLimit } from '../../net/listen/connection-limit.ts'
import type { Descriptors } from '../limits/descriptors.ts'
import type { Identity } from '../../net/tls/identity.ts'
import { NativeBridge, type NativeBridgeOptions } from './native-bridge.ts'
import { listen } from '../../net/listen/listen.ts'
import { peerAddress } from '../../net/address/plain-address.ts'

/** The first byte of a TLS record that begins a handshake (RFC 8446 §5.1). */
const tlsHandshakeByte = 0x16
/** Stock NPS programs begin with `TST`. */
const stockByte = 0x54

export interface BridgeLimits {
  /** How long a connection may take to prove who it is. */
  readonly handshakeTimeoutMs: number
  /** How long a wrong key waits for its answer. */
  readonly wrongKeyDelayMs: number
  readonly unprovedPerAddress: number
  readonly unprovedTotal: number
  /** In addition, for addresses that agents have come from recently. */
  readonly unprovedKept: number
}

export const defaultBridgeLimits: BridgeLimits = {
  handshakeTimeoutMs: 5_000,
  wrongKeyDelayMs: 1_000,
  // An agent brings up to 48 carriers at a time, and several lab boxes share one campus address.
  unprovedPerAddress: 128,
  unprovedTotal: 1024,
  unprovedKept: 256,
}

export interface BridgeOptions extends Pick<
  NativeBridgeOptions,
  'clients' | 'agents' | 'entrances' | 'wishes' | 'survival' | 'compression' | 'directLinks'
> {
  readonly host: string
  /** 0: any free one; `listen` says which. */
  readonly port: number
  readonly identity: Identity
  /** Takes over a TLS connection that speaks HTTP; it may not be TLS 1.3. It calls `proved` if it ever proves itself. */
  readonly onHttp?: (socket: TLSSocket, proved: () => void) => void
  /** Takes over a connection of a stock NPS program. */
  readonly onStock?: (socket: Socket) => void
  /** Where agents have come from recently: in a crowd these addresses are let in first. */
  readonly seenAgents?: { has(address: string): boolean }
  /** Without it descriptors are not watched. */
  readonly descriptors?: Descriptors
  readonly log: Log
  readonly limits?: Partial<BridgeLimits>
}

/** The relay's one port for agents and for the app: the first bytes tell which one has connected. */
export class Bridge {
  readonly #options: BridgeOptions
  readonly #limits: BridgeLimits
  readonly #unproved: ConnectionLimit
  readonly #http: ConnectionLimit
  readonly #secureContext: SecureContext
  readonly #native: NativeBridge
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #turnedAway = 0
  #turnedAwayTimer: NodeJS.Timeout | undefined

  constructor(options: BridgeOptions) {
    this.#options = options
    this.#limits = { ...defaultBridgeLimits, ...options.limits }
    const { unprovedPerAddress: perAddress, unprovedTotal, unprovedKept: kept } = this.#limits
    const total = options.descriptors?.share('bridge', unprovedTotal) ?? unprovedTotal
    const isKnown = (address: string) => options.seenAgents?.has(address) ?? false
    this.#unproved = new ConnectionLimit({ perAddress, total, kept, isKnown })
    this.#http = new ConnectionLimit({ perAddress, total, kept, isKnown })
    this.#secureContext = createSecureContext({
      key: options.identity.keyPem,
      cert: options.identity.certPem,
      // The pasted installation line is fetched by the lab box's own curl or wget, which may know no newer TLS than 1.2.
      minVersion: 'TLSv1.2',
    })
    this.#native = new NativeBridge({ ...options, wrongKeyDelayMs: this.#limits.wrongKeyDelayMs })
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false }, (socket) =>
      this.#onConnection(socket),
    )
  }

  /** Rejects with `port-taken`, or `port-forbidden` for a port below 1024 without permission. */
  async listen(): Promise<{ port: number }> {
    const { host, port } = this.#options
    await listen(this.#server, { host, port })
    return { port: (this.#server.address() as AddressInfo).port }
  }

  /** As `close` begins: visits that would wait for the relay are told that it ends. Before the agents' ends their streams. */
  endVisits(): void {
    void this.#native.endVisits()
  }

  /** Ends all connections that came through here. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#turnedAwayTimer)
    this.#turnedAwayTimer = undefined
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await this.#native.endVisits()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #onConnection(socket: Socket): void {
    const address = peerAddress(socket)
    socket.on('error', () => socket.destroy())
    if (address === undefined || this.#options.descriptors?.admit(socket, 'bridge') === false) {
      socket.destroy()
      return
    }
    const place = this.#unproved.enter(address, () => this.#turnAway(socket))
    if (!place) {
      this.#turnAway(socket)
      return
    }
    this.#sockets.add(socket)
    keepAlive(socket)
    const deadline = setTimeout(() => socket.destroy(), this.#limits.handshakeTimeoutMs)
    const proved = () => {
      clearTimeout(deadline)
      place.leave()
    }
    socket.once('close', () => {
      proved()
      this.#sockets.delete(socket)
    })
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      place.spoke()
      if (first[0] === tlsHandshakeByte) this.#startTls(socket, address, proved)
      else if (first[0] === stockByte) this.#onStock(socket, proved)
      else socket.destroy()
    })
  }

  #onStock(socket: Socket, proved: () => void): void {
    if (this.#options.onStock) {
      proved()
      this.#options.onStock(socket)
      return
    }
    this.#options.log.warn('stock NPS program turned away: this relay speaks its own protocol only', {
      address: peerAddress(socket),
    })
    socket.destroy()
  }

  #startTls(raw: Socket, address: string, proved: () => void): void {
    const socket = secureAsServer(raw, { secureContext: this.#secureContext })
    socket.on('error', () => raw.destroy())
    socket.once('close', () => raw.destroy())
    socket.once('data', (first) => {
      socket.pause()
      if (first[0] === frameType.hello) {
        void this.#native.enter(socket, first, `${address}:${raw.remotePort ?? 0}`, proved)
      } else if (isUpperLetter(first[0])) {
        this.#enterHttp(socket, first, address, proved)
      } else {
        raw.destroy()
      }
    })
  }

  #enterHttp(socket: TLSSocket, first: Buffer, address: string, proved: () => void): void {
    // An HTTP connection proves itself later, if at all: it leaves the agents' slots and takes one of its own.
    const place = this.#options.onHttp && this.#http.enter(address, () => this.#turnAway(socket))
    if (!place) {
      this.#turnAway(socket)
      return
    }
    proved()
    socket.once('close', () => place.leave())
    socket.unshift(first)
    this.#options.onHttp?.(socket, () => place.leave())
  }

  /** A flood must not fill the log: at most one line in ten seconds. */
  #turnAway(socket: Socket): void {
    socket.destroy()
    this.#turnedAway += 1
    this.#turnedAwayTimer ??= setTimeout(() => {
      this.#options.log.warn('too many connections that had not proved a key were turned away', {
        count: this.#turnedAway,
        last: 'ten seconds',
      })
      this.#turnedAway = 0
      this.#turnedAwayTimer = undefined
    }, 10_000).unref()
  }
}

function isUpperLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a
}
