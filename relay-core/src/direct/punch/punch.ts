import { randomBytes } from 'node:crypto'
import type { Clock } from '../../async/time/clock.ts'
import { untilSettled } from '../../async/wait/until-settled.ts'
import { endpointKey, familyOf, type UdpEndpoint } from './udp-endpoint.ts'
import { decodeProbe, encodeProbe, probeNonceLength, type ProbeType } from './probe-packets.ts'
import type { ProbeKeys } from './probe-keys.ts'
import type { PunchSocket } from './punch-socket.ts'

/** How long one attempt takes at most. */
export const punchTimeoutMs = 3_000
/** The first probes of each endpoint follow each other quickly: a router forgets nothing meanwhile. */
const soonIntervalMs = 40
const soonProbes = 10
const laterIntervalMs = 150
/** What a peer can make one endpoint get in an attempt. */
export const maxProbesPerEndpoint = 60
/** Endpoints that nobody has named, from which probes of the peer arrive: its router has chosen their ports. */
const maxFoundEndpoints = 8
/** Questions of the peer that are remembered of a link: more than it asks in several attempts, and about a megabyte. */
const maxRemembered = 8_192

/**
 * Through the sender's own router, its provider's, and one more; not as far as the peer's router. That one would take a packet that
 * comes before its own side has sent any for a stranger's, and would then give its own side another port.
 */
const shortHops = 3
/** Until both have sent their short packets, however late one of them has begun. */
const afterShortMs = 150

export interface PunchOptions {
  readonly role: 'visitor' | 'agent'
  readonly keys: ProbeKeys
  /** By nonce of the peer's questions: the way that each came first. One for all attempts with these keys. */
  readonly heard: Map<string, string>
  /** At most one of each family. */
  readonly sockets: readonly PunchSocket[]
  /** Where the peer may be. */
  readonly peers: readonly UdpEndpoint[]
  /** Whether something may be sent to an endpoint at all. */
  readonly mayProbe: (endpoint: UdpEndpoint) => boolean
  /** The first packet to each endpoint of IPv4 dies on its way. */
  readonly beginsUnseen: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A way that is open in both directions. */
export interface OpenWay {
  readonly socket: PunchSocket
  /** As the system writes it. */
  readonly peer: UdpEndpoint
}

/** Both ends send probes to all endpoints of the other; the visitor chooses the first way on which an answer has come back. */
export class Punch {
  readonly #options: PunchOptions
  readonly #timers = new DisposableStack()
  /** By the socket's port and the endpoint. */
  readonly #probed = new Set<string>()
  /** By nonce: the way that the packet went. */
  readonly #asked = new Map<string, string>()
  /** The agent's: ways on which a question of its own was answered, so that the peer is at their end. */
  readonly #answered = new Set<string>()
  #foundCount = 0
  #unprovedChoices = 0
  #chosen: OpenWay | undefined
  #settle: (way: OpenWay | undefined) => void = () => undefined

  constructor(options: PunchOptions) {
    this.#options = options
  }

  /** Fulfils with the way, or undefined after 3 s without one. Rejects with the signal's reason. The sockets stay open. */
  open(): Promise<OpenWay | undefined> {
    const { sockets, peers, clock, signal } = this.#options
    return untilSettled<OpenWay | undefined>(
      (resolve) => {
        this.#settle = resolve
        for (const socket of sockets) this.listen(socket)
        this.after(punchTimeoutMs, () => resolve(undefined))
        for (const peer of peers) this.#begin(peer)
        return () => this.#timers.dispose()
      },
      { signal, clock },
    )
  }

  /** The way is found, or the attempt is over. */
  get isOver(): boolean {
    return this.#chosen !== undefined || this.#timers.disposed
  }

  /** Takes part with one more socket. */
  listen(socket: PunchSocket): void {
    socket.onDatagram = (datagram, from) => {
      if (!this.#timers.disposed) this.#take(socket, datagram, from)
    }
  }

  /** Unless the attempt is over before. */
  after(delayMs: number, action: () => void): void {
    if (!this.#timers.disposed) this.#timers.use(this.#options.clock.after(delayMs, action))
  }

  /** Sends one probe, which the caller counts. */
  probe(socket: PunchSocket, to: UdpEndpoint): void {
    this.#ask('probe', socket, to)
  }

  #begin(to: UdpEndpoint, by?: PunchSocket): void {
    const { sockets, mayProbe, beginsUnseen } = this.#options
    const socket = by ?? sockets.find(({ family }) => family === familyOf(to))
    if (!socket || this.#isProbed(socket, to) || !mayProbe(to)) return
    this.#probed.add(wayKey(socket, to))
    const begin = () => this.#repeat(() => this.#ask('probe', socket, to))
    if (!beginsUnseen || by !== undefined || socket.family !== 4) return begin()
    socket.sendShort(this.#packet('probe', socket, to), to, shortHops)
    this.after(afterShortMs, begin)
  }

  #repeat(send: () => void): void {
    let sent = 0
    const next = () => {
      send()
      sent += 1
      // The short packet counts too.
      if (sent < maxProbesPerEndpoint - 1)
        this.after(sent < soonProbes ? soonIntervalMs : laterIntervalMs, next)
    }
    next()
  }

  #ask(type: ProbeType, socket: PunchSocket, to: UdpEndpoint): void {
    if (type === 'probe' && this.#chosen) return
    socket.send(this.#packet(type, socket, to), to)
  }

  #packet(type: ProbeType, socket: PunchSocket, to: UdpEndpoint): Buffer {
    const nonce = randomBytes(probeNonceLength)
    this.#asked.set(nonce.toString('hex'), wayKey(socket, to))
    return encodeProbe({ type, nonce }, this.#options.keys)
  }

  #take(socket: PunchSocket, datagram: Uint8Array, from: UdpEndpoint): void {
    const { keys, role, mayProbe } = this.#options
    const probe = decodeProbe(datagram, keys)
    if (!probe || !mayProbe(from)) return
    const { type, nonce } = probe
    switch (type) {
      case 'probe':
        if (!this.#isFirstOn(socket, nonce, from)) break
        socket.send(encodeProbe({ type: 'answer', nonce }, keys), from)
        this.#found(socket, from)
        break
      case 'answer':
        if (!this.#isAnswer(socket, nonce, from)) break
        if (role === 'visitor') this.#choose({ socket, peer: from })
        else this.#answered.add(wayKey(socket, from))
        break
      case 'choose':
        if (role !== 'agent' || !this.#isFirstOn(socket, nonce, from)) break
        if (!this.#answered.has(wayKey(socket, from))) {
          // Anyone's address can stand on a packet. The visitor goes on choosing meanwhile.
          this.#unprovedChoices += 1
          if (this.#unprovedChoices < maxProbesPerEndpoint) this.#ask('probe', socket, from)
          break
        }
        socket.send(encodeProbe({ type: 'chosen', nonce }, keys), from)
        this.#settle({ socket, peer: from })
        break
      case 'chosen':
        if (this.#chosen && this.#isAnswer(socket, nonce, from)) this.#settle(this.#chosen)
        break
    }
  }

  /** False: whoever listens on the way sends it again, from elsewhere. Who is quicker with that than the peer itself does not keep the peer out. */
  #isFirstOn(socket: PunchSocket, nonce: Uint8Array, from: UdpEndpoint): boolean {
    const { heard } = this.#options
    const [name, way] = [Buffer.from(nonce).toString('latin1'), wayKey(socket, from)]
    const known = heard.get(name)
    if (known !== undefined) return known === way || this.#isProbed(socket, from)
    heard.set(name, way)
    for (const oldest of heard.keys()) {
      if (heard.size <= maxRemembered) break
      heard.delete(oldest)
    }
    return true
  }

  /** The peer's router has given it a port that nobody knew of. */
  #found(socket: PunchSocket, from: UdpEndpoint): void {
    if (this.#isProbed(socket, from) || this.#foundCount >= maxFoundEndpoints) return
    this.#foundCount += 1
    this.#begin(from, socket)
  }

  #isAnswer(socket: PunchSocket, nonce: Uint8Array, from: UdpEndpoint): boolean {
    return this.#asked.get(Buffer.from(nonce).toString('hex')) === wayKey(socket, from)
  }

  #isProbed(socket: PunchSocket, to: UdpEndpoint): boolean {
    return this.#probed.has(wayKey(socket, to))
  }

  #choose(way: OpenWay): void {
    if (this.#chosen) return
    this.#chosen = way
    this.#repeat(() => this.#ask('choose', way.socket, way.peer))
  }
}

function wayKey({ port }: PunchSocket, to: UdpEndpoint): string {
  return `${port} ${endpointKey(to)}`
}
