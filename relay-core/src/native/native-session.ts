import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { systemClock } from '../async/time/clock.ts'
import { pause } from '../async/wait/pause.ts'
import { RelayError } from '../api/errors.ts'
import { proxyAt } from '../session/agent-proxy.ts'
import type { AgentSession, OpeningStream, SessionEnd, Target } from '../session/agent-session.ts'
import { WireError } from '../wire/bytes.ts'
import type { SeenFrom } from '../wire/direct-messages.ts'
import { idLength, proofLength, type AgentOrigin, type CarrierPlace } from '../wire/hello-messages.ts'
import { streamKind } from '../wire/stream-messages.ts'
import { encodeResumed } from '../wire/survival-messages.ts'
import type { AgentDescription, AgentWishes } from './agent-description.ts'
import { Carrier, type CarrierEvents } from './carriers/carrier.ts'
import { CarrierPool } from './carriers/carrier-pool.ts'
import { ControlLink, type ControlEnd } from './control/control-link.ts'
import type { FramedSocket } from './carriers/framed-socket.ts'
import { SurvivingLink } from './survival/surviving-link.ts'
import type { SurvivalSession, SurvivingLinks } from './survival/surviving-links.ts'
import { nativeDatagrams } from './native-datagrams.ts'
import { lastEndsMs, OrderlyEnds } from './orderly-ends.ts'
import { StreamOpenings, type OpenStreamOptions } from './stream-openings.ts'

/** An agent that speaks the native protocol, seen from the relay. */
export class NativeSession implements AgentSession {
  readonly protocol = 'native'
  readonly clientId: number
  readonly address: string
  readonly version: string
  readonly hostname: string
  readonly fingerprint: string | null
  readonly instance: string
  readonly origin: AgentOrigin | undefined
  readonly wasBehindPortal: boolean
  readonly onlineSinceMs = systemClock.now()
  readonly sessionId = randomBytes(idLength)
  readonly carrierKey = randomBytes(proofLength)
  readonly closed: Promise<{ reason: string }>
  readonly streamsEnded: Promise<void>
  readonly #holdsLinks: boolean
  readonly #mayPack: boolean
  readonly #survivors: SurvivingLinks | undefined
  readonly #carriersElsewhere: () => number
  readonly #framed: FramedSocket
  readonly #pool: CarrierPool
  readonly #openings: StreamOpenings
  readonly #orderlyEnds = new OrderlyEnds()
  #settleClosed: (end: { reason: string }) => void = () => undefined
  #control: ControlLink | undefined
  #roundTripMs: number | null = null
  #closeReason: string | undefined
  #isConfiguring = false

  constructor(framed: FramedSocket, agent: AgentDescription) {
    this.#framed = framed
    this.clientId = agent.clientId
    this.address = agent.address
    this.version = agent.version
    this.hostname = agent.hostname
    this.fingerprint = agent.fingerprint === '' ? null : agent.fingerprint
    this.instance = agent.instance
    this.origin = agent.origin
    this.wasBehindPortal = agent.wasBehindPortal ?? false
    this.#holdsLinks = agent.holdsLinks ?? false
    this.#mayPack = agent.mayPack ?? false
    this.#survivors = agent.survivors
    this.#carriersElsewhere = agent.carriersElsewhere
    this.#pool = new CarrierPool((count) => this.#control?.want(count))
    this.#openings = new StreamOpenings(this.#pool, { takesEarlyData: agent.takesEarlyData ?? false })
    this.streamsEnded = this.#pool.drained
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve
    })
  }

  /** The agent was told WELCOME: the link begins. */
  start({ configure, onHealth, onUse }: AgentWishes = {}): void {
    const survivors = this.#survivors
    const control: ControlLink = new ControlLink(this.#framed, {
      onConfig: (document) => {
        // One at a time: an agent that sends more before it is answered is broken.
        if (!configure || this.#isConfiguring) throw new WireError('CONFIG out of place')
        this.#isConfiguring = true
        configure(document)
          .then((answer) => {
            this.#isConfiguring = false
            control.configured(answer)
          })
          // What goes wrong with one agent's document, or with the answer to it, ends its link and nothing else.
          .catch(() => this.#framed.destroy())
      },
      ...(onHealth && { onHealth }),
      ...(survivors && {
        onAck: (entries) => survivors.onAck(entries),
        onDrop: (carrier) => survivors.onDrop(carrier),
      }),
      ...(onUse && { onUse }),
      onRoundTrip: (ms) => {
        this.#roundTripMs = ms
        survivors?.onRoundTrip(ms)
      },
    })
    this.#control = control
    const survival: SurvivalSession = {
      acknowledge: (entries) => control.acknowledge(entries),
      drop: (carrier) => control.drop(carrier),
    }
    survivors?.begin(survival)
    void control.closed.then((end) => {
      this.#orderlyEnds.onControlEnd(this.#framed)
      survivors?.over(survival, { isKilled: () => !end.silent && this.#orderlyEnds.areOfKilled })
      // A lost link leaves its streams alone: TCP carries them over a cut. A farewell ends them.
      if (this.#closeReason !== undefined || end.said) {
        this.#pool.close()
        // Those of its program's earlier sessions, too.
        survivors?.onFarewell()
      } else void pause(lastEndsMs, { ref: false }).then(() => this.#pool.retire())
      this.#settleClosed({ reason: this.#closeReason ?? describeEnd(end) })
    })
    this.#pool.start()
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs
  }

  /**
   * A connection has proved the carrier key. `number`: of a carrier that survives its connections, if both ends can.
   * False: there are too many, or there is one of this number.
   */
  addCarrier(framed: FramedSocket, number?: number): boolean {
    if (!this.#pool.hasRoom(this.#carriersElsewhere())) return false
    const survivors = number === undefined ? undefined : this.#survivors
    if (number !== undefined && survivors?.get(number)) return false
    const isNeeded = () => carrier.isNeeded
    const link =
      survivors && number !== undefined
        ? new SurvivingLink(framed, { number, place: survivors, isNeeded })
        : framed
    const events: CarrierEvents = {
      onMessage: (type, body) => this.#openings.onMessage(carrier, type, body),
      onIdle: () => this.#pool.release(carrier),
    }
    const carrier: Carrier = new Carrier(link, events, { takesPacked: this.#mayPack })
    if (link instanceof SurvivingLink) survivors?.add(link)
    void link.closed.then(() => this.#openings.onLost(carrier))
    void framed.closed.then(() => this.#orderlyEnds.onEnd(framed))
    this.#pool.add(carrier)
    return true
  }

  /**
   * Such a connection goes on where an earlier one of a carrier was cut, possibly in another session of the same program. False: there
   * is no such carrier, or not what it misses.
   */
  resumeCarrier(framed: FramedSocket, { number, position }: CarrierPlace): boolean {
    const link = this.#survivors?.get(number)
    if (!link?.canResumeFrom(position)) return false
    link.interrupt()
    framed.send(encodeResumed(link.received.position))
    link.goOn(framed, position)
    return true
  }

  openStream(target: Target, options: OpenStreamOptions): Promise<Duplex> {
    return this.#openings.open({ kind: streamKind.tcp, ...target }, options)
  }

  beginStream(target: Target, options: OpenStreamOptions): Promise<OpeningStream> {
    return Promise.resolve(this.#openings.begin({ kind: streamKind.tcp, ...target }, options))
  }

  async openDatagrams(target: Target, options: OpenStreamOptions): Promise<Duplex> {
    return nativeDatagrams(await this.#openings.open({ kind: streamKind.datagrams, ...target }, options))
  }

  async openSocksDatagrams(options: OpenStreamOptions): Promise<Duplex> {
    const request = { kind: streamKind.socksDatagrams, host: '', port: 0 }
    return nativeDatagrams(await this.#openings.open(request, options))
  }

  openFiles({
    folder,
    stripPrefix,
    ...options
  }: OpenStreamOptions & { folder: string; stripPrefix: string }): Promise<Duplex> {
    return this.#openings.open({ kind: streamKind.files, host: folder, port: 0, stripPrefix }, options)
  }

  async openPrivate({
    target,
    verifier,
    ...options
  }: OpenStreamOptions & { target: Target; verifier: Uint8Array }): Promise<Duplex> {
    const isProxy = proxyAt(target) !== undefined
    const kind = isProxy ? streamKind.privateProxy : streamKind.private
    try {
      return await this.#openings.open({ kind, ...target, verifier }, options)
    } catch (error) {
      if (isProxy && error instanceof RelayError && error.code === 'mode-unsupported')
        throw outdated(this.version)
      throw error
    }
  }

  openDirect({
    target,
    verifier,
    seenFrom,
    entrance,
    ...options
  }: OpenStreamOptions & {
    target: Target
    verifier: Uint8Array
    seenFrom: SeenFrom
    entrance: Uint8Array
  }): Promise<Duplex> {
    const kind = proxyAt(target) ? streamKind.directProxy : streamKind.direct
    return this.#openings.open({ kind, ...target, verifier, seenFrom, entrance }, options)
  }

  unlink(id: Uint8Array): void {
    // An older agent ends the link with its stream.
    if (this.#holdsLinks) this.#control?.unlink(id)
  }

  openMeasure({ signal }: OpenStreamOptions): Promise<Duplex> {
    return this.#openings.open(
      { kind: streamKind.measure, host: '', port: 0 },
      { signal, visitor: 'path-test' },
    )
  }

  openListening({ signal }: OpenStreamOptions): Promise<Duplex> {
    return this.#openings.open(
      { kind: streamKind.listening, host: '', port: 0 },
      { signal, visitor: 'listening' },
    )
  }

  openWatched({ signal }: OpenStreamOptions): Promise<Duplex> {
    return this.#openings.open(
      { kind: streamKind.watched, host: '', port: 0 },
      { signal, visitor: 'watched' },
    )
  }

  get carrierCount(): number {
    return this.#pool.size
  }

  close(reason: SessionEnd, by?: string): void {
    if (this.#closeReason) return
    this.#closeReason = reason
    this.#control?.bye(by === undefined ? { reason } : { reason, by })
    this.#pool.close()
  }

  endLink(): void {
    this.#framed.destroy()
  }
}

function outdated(version: string): RelayError {
  return new RelayError(
    'agent-outdated',
    `The npc on the lab box (${version}) is too old to be a proxy for one machine alone. Update npc there.`,
    { version },
  )
}

function describeEnd({ said, silent, error }: ControlEnd): string {
  if (said !== undefined) return said.reason
  if (silent) return 'silent'
  return error ? error.message : 'closed'
}
