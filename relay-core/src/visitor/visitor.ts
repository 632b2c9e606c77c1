import type { Duplex } from 'node:stream'
import { RelayError } from '../api/errors.ts'
import type { PrivateWay } from '../api/direct/private-way.ts'
import { RelayAddresses } from '../direct/punch/relay-addresses.ts'
import type { WayMeasurement } from '../direct/carry/way-fill.ts'
import { openVisitorLink, type VisitorLink } from '../direct/link/visitor-link.ts'
import { visitDirectly, visitPrivately } from '../native/private-link.ts'
import { privateVerifier } from '../native/proofs.ts'
import type { FramedSocket } from '../native/carriers/framed-socket.ts'
import { SurvivingVisitor } from '../native/surviving-visitor.ts'
import { openDirectVisit, openVisit, type VisitTickets } from '../native/visit-link.ts'
import type { CompressionChoice } from '../config/agent/compression-choice.ts'
import type { DirectChoice } from '../api/direct/direct-choice.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import { parseHostPort } from '../net/address/host-port.ts'
import { WireError } from '../wire/bytes.ts'
import { DirectWay, type LinkListener, notTried } from './direct-way.ts'
import { isLoopback } from './join-local.ts'
import { KnownPeers, type KnownPeersOptions } from './known-peers.ts'
import { raceWays } from './race-ways.ts'
import { LocalForward } from './local-forward.ts'

export interface PrivateVisitorOptions extends KnownPeersOptions {
  /** For the log. */
  readonly name?: string
  /** Between this machine and the relay; without it the connection is direct. */
  readonly proxy?: ProxyAddress | undefined
  /** Whether visits go past the relay where the networks allow it; by default `yes`. Never through a proxy. */
  readonly direct?: DirectChoice | undefined
  /** Whether the lab box may compress what it sends; by default `yes`. */
  readonly compression?: CompressionChoice | undefined
  /** By default 127.0.0.1: nobody but this machine. */
  readonly localHost?: string | undefined
  /** By default any free one; `listen` says which. */
  readonly localPort?: number | undefined
  /** Why a connection to the local port was ended before it had begun. */
  readonly onFailure?: (error: unknown) => void
}

/** As long as it takes to be safe from whoever gets a visitor to greet it and then guesses. */
export const minPasswordLength = 16

/**
 * A visitor of a private tunnel: a port on this machine that leads to the tunnel's target, encrypted from here to the
 * lab box. Each connection dials the relay again, so that a restarted relay or agent costs the connections of that moment.
 */
export class PrivateVisitor {
  readonly #options: PrivateVisitorOptions
  readonly #peers: KnownPeers
  readonly #forward: LocalForward
  readonly #tickets: VisitTickets = {}
  readonly #relayAddresses: RelayAddresses
  readonly #direct: DirectWay | undefined
  readonly #withoutDirect: PrivateWay
  #choice: DirectChoice
  /** Visits that go by the relay alone: their TLS belongs to that stream. */
  #byRelay = 0
  readonly #surviving: SurvivingVisitor

  /** @throws RelayError `invalid-input` */
  constructor(options: PrivateVisitorOptions) {
    const { server, password, localHost, log } = options
    const { host } = parseHostPort(server, 'server')
    if (password.reveal().length < minPasswordLength) {
      throw new RelayError(
        'invalid-input',
        `The password of a private tunnel has at least ${minPasswordLength} characters. Give the tunnel a longer one on the server.`,
        { what: 'password' },
      )
    }
    this.#options = options
    this.#relayAddresses = new RelayAddresses(host)
    this.#peers = new KnownPeers(options)
    this.#surviving = new SurvivingVisitor(this.#place)
    this.#choice = options.direct ?? 'yes'
    // Nothing is shorter than the way by a relay on this machine.
    if (options.proxy === undefined && !isLoopback(host))
      this.#direct = new DirectWay({ arrange: (wait) => this.#arrange(wait), log })
    this.#direct?.allow(this.#choice !== 'no')
    const isOffHere = this.#choice === 'no' || options.proxy !== undefined
    this.#withoutDirect = { ...notTried(), reason: isOffHere ? 'off-here' : 'near' }
    this.#forward = new LocalForward({
      name: options.name ?? 'visitor',
      host: localHost,
      port: options.localPort ?? 0,
      visit: (wait) => this.open(wait),
      onFailure: options.onFailure,
      log,
    })
  }

  /** Rejects with `port-taken` or the system's error. */
  async listen(): Promise<{ port: number }> {
    return { port: await this.#forward.open() }
  }

  /** Whether the relay's key is known, so that nobody else will do. Of use once a visit has been tried. */
  get knowsRelay(): boolean {
    return this.#peers.relay.isPinned
  }

  get connectionCount(): number {
    return this.#forward.connectionCount
  }

  /** Which way new connections go, and why. */
  get way(): PrivateWay {
    const way = this.#direct?.way ?? this.#withoutDirect
    return way.way === 'direct' && this.#byRelay > 0 ? { ...way, older: this.#byRelay } : way
  }

  /** Calls back when `way` is another one, or has another reason; not when its round trip alone has changed. */
  onWay(listener: () => void): Disposable {
    return this.#direct?.onChange(listener) ?? { [Symbol.dispose]: () => undefined }
  }

  /** From now on, for new connections: those that go past the relay already go on. */
  setDirect(choice: DirectChoice): void {
    this.#choice = choice
    this.#direct?.allow(choice !== 'no')
  }

  /** As `CarryLink.measure`. Rejects where there is no direct way. */
  async measureDirect(): Promise<WayMeasurement> {
    if (!this.#direct) throw new Error('there is no direct way')
    return await this.#direct.measure()
  }

  /** Looks for a direct way now where there is none, unless that was done within the last 11 s, or nothing has been reached yet. */
  tryDirect(): void {
    if (this.#peers.relay.isPinned && this.#peers.agent.isPinned) this.#direct?.tryNow()
  }

  /**
   * One connection to the target without the local port. Rejects with `relay-unreachable`, `fingerprint-changed`,
   * `wrong-password`, `agent-fingerprint-changed`, `agent-unproved`, `agent-…`, `target-…`, or what the tunnel's limits say; with `target-refused` where the
   * agent has answered directly that it does not lead there, and the relay, which would know why, is away.
   */
  async open({ signal }: { signal: AbortSignal }): Promise<Duplex> {
    await this.#peers.load()
    const stream = this.#direct?.open()
    if (!stream) return this.#openByRelay({ signal })
    try {
      return await raceWays({
        direct: (wait) => this.#openDirectly(stream, wait),
        heard: stream.heard,
        byRelay: (wait) => this.#openByRelay(wait),
        signal,
      })
    } catch (error) {
      signal.throwIfAborted()
      throw stream.wasReset && isAway(error) ? refusedDirectly() : error
    }
  }

  async #openByRelay({ signal }: { signal: AbortSignal }): Promise<Duplex> {
    const outer = await openVisit({ ...this.#visit, signal })
    const inner = await visitPrivately(outer.stream, { ...this.#proving, signal })
    await this.#peers.remember({ relay: outer.fingerprint, agent: inner.fingerprint })
    this.#relayAddresses.reachedAt(outer.relayAddress)
    this.#direct?.want()
    this.#byRelay += 1
    inner.inside.once('close', () => (this.#byRelay -= 1))
    inner.inside.once('error', (error) => this.#onError(error))
    return inner.inside
  }

  async #openDirectly(stream: Duplex, { signal }: { signal: AbortSignal }): Promise<Duplex> {
    try {
      return (await visitPrivately(stream, { ...this.#proving, signal })).inside
    } catch (error) {
      stream.destroy()
      throw error
    }
  }

  /** A connection that is merely lost is not news. */
  #onError(error: Error): void {
    if (error instanceof WireError)
      this.#options.log.warn('a visit has ended: what the lab box sent cannot be read', { reason: error })
  }

  /** Both keys are known by then: a visit has come by the relay. */
  async #arrange({
    signal,
    ...listener
  }: LinkListener & { signal: AbortSignal }): Promise<VisitorLink | undefined> {
    const { stream, seenFrom, relayAddress: relay } = await openDirectVisit({ ...this.#visit, signal })
    const relayAddresses = this.#relayAddresses
    relayAddresses.reachedAt(relay)
    const { log } = this.#options
    const { inside } = await visitDirectly(stream, { ...this.#proving, signal })
    const mayGuess = this.#choice === 'guess'
    return openVisitorLink({
      channel: inside,
      seenFrom,
      relay,
      relayAddresses,
      mayGuess,
      ...listener,
      log,
      signal,
    })
  }

  get #visit() {
    return {
      ...this.#place,
      survive: (framed: FramedSocket, token: Uint8Array) => this.#surviving.begin(framed, token),
    }
  }

  get #place() {
    return {
      ...parseHostPort(this.#options.server, 'server'),
      proxy: this.#options.proxy,
      password: this.#options.password.reveal(),
      checkFingerprint: (fingerprint: string) => this.#peers.relay.check(fingerprint),
      tickets: this.#tickets,
    }
  }

  get #proving() {
    return {
      verifier: privateVerifier(this.#options.password.reveal()),
      checkFingerprint: (fingerprint: string) => this.#peers.agent.check(fingerprint),
      takesPacked: this.#options.compression !== 'no',
    }
  }

  /** Ends its connections too. Fulfils when the relay has heard it, which would wait for them otherwise, or after some seconds; never rejects. Idempotent. */
  async close(): Promise<void> {
    const told = this.#surviving.close()
    this.#direct?.close()
    this.#forward.close()
    await told
  }
}

function isAway(error: unknown): boolean {
  return (
    error instanceof RelayError && (error.code === 'relay-unreachable' || error.code === 'handshake-timeout')
  )
}

/** The agent ends a stream whose target it does not reach, without a word; nothing listens there, mostly. */
function refusedDirectly(): RelayError {
  return new RelayError(
    'target-refused',
    'The lab box answers directly, but does not reach the target of the tunnel. The server, which would say why, cannot be reached.',
    {},
  )
}
