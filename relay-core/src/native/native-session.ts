import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { formatHostPort } from '../net/address/host-port.ts'
import { systemClock } from '../async/time/clock.ts'
import { knownErrorCode, RelayError, type RelayErrorCode } from '../api/errors.ts'
import { pause } from '../async/wait/pause.ts'
import { untilSettled } from '../async/wait/until-settled.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
import type { AgentSession, OpeningStream, SessionEnd, Target } from '../session/agent-session.ts'
import { WireError } from '../wire/bytes.ts'
import type { DirectUse, SeenFrom } from '../wire/direct-messages.ts'
import { frameType } from '../wire/frame.ts'
import type { Health } from '../wire/agent-messages.ts'
import { idLength, proofLength, type AgentOrigin, type CarrierPlace } from '../wire/hello-messages.ts'
import { decodeFailed, decodeNumber, encodeOpen, streamKind, type Open } from '../wire/stream-messages.ts'
import { encodeResumed } from '../wire/survival-messages.ts'
import { Carrier, type CarrierEvents } from './carriers/carrier.ts'
import { CarrierStream } from './carriers/carrier-stream.ts'
import { CarrierPool } from './carriers/carrier-pool.ts'
import { ControlLink, type ControlEnd } from './control-link.ts'
import type { FramedSocket } from './carriers/framed-socket.ts'
import { SurvivingLink } from './survival/surviving-link.ts'
import type { SurvivalSession, SurvivingLinks } from './survival/surviving-links.ts'
import { nativeDatagrams } from './native-datagrams.ts'

/** The agent has 10 s to reach the target (spec/wire.md), plus two for the round trip. */
const openTimeoutMs = 12_000

/** A killed agent's system closes all its connections together; the ends of the carriers may arrive so much before or after that of the control connection. */
const lastEndsMs = 100

/** A carrier that died unnoticed costs a stream one more try, not its life. */
const maxOpenTries = 3

export interface AgentDescription {
  readonly clientId: number
  /** Address and port, as the relay sees them. */
  readonly address: string
  readonly version: string
  readonly hostname: string
  readonly fingerprint: string
  /** The instance of the agent's program, in hex; empty for one that reports none. */
  readonly instance: string
  /** How the program was started, as it reports. */
  readonly origin?: AgentOrigin | undefined
  /** A stream's first bytes may be sent before it has answered whether it has reached the target. */
  readonly takesEarlyData?: boolean
  /** Its direct links can outlive their streams by the relay. */
  readonly holdsLinks?: boolean
  /** It was told that it may send PACKED. */
  readonly mayPack?: boolean
  /** Where the program's carriers are that survive their connections; without it they end with them. */
  readonly survivors?: SurvivingLinks
  /** Carriers that streams of the client's earlier sessions still use. */
  readonly carriersElsewhere: () => number
}

/** What the relay does for an agent that brings its own tunnels. */
export interface AgentWishes {
  /** Takes the agent's document and answers with another; rejects on what is none. */
  configure?(document: string): Promise<string>
  onHealth?(health: Health): void
  /** It has carried bytes past the relay. */
  onUse?(use: DirectUse): void
}

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
  readonly onlineSinceMs = systemClock.now()
  readonly sessionId = randomBytes(idLength)
  readonly carrierKey = randomBytes(proofLength)
  readonly closed: Promise<{ reason: string }>
  readonly streamsEnded: Promise<void>
  readonly #takesEarlyData: boolean
  readonly #holdsLinks: boolean
  readonly #mayPack: boolean
  readonly #survivors: SurvivingLinks | undefined
  readonly #carriersElsewhere: () => number
  readonly #framed: FramedSocket
  readonly #pool: CarrierPool
  #settleClosed: (end: { reason: string }) => void = () => undefined
  #control: ControlLink | undefined
  #openings = new Map<Carrier, PendingStream>()
  #roundTripMs: number | null = null
  #closeReason: string | undefined
  #isConfiguring = false
  #overAtMs = Infinity
  #endedAtMs = -Infinity

  constructor(framed: FramedSocket, agent: AgentDescription) {
    this.#framed = framed
    this.clientId = agent.clientId
    this.address = agent.address
    this.version = agent.version
    this.hostname = agent.hostname
    this.fingerprint = agent.fingerprint === '' ? null : agent.fingerprint
    this.instance = agent.instance
    this.origin = agent.origin
    this.#takesEarlyData = agent.takesEarlyData ?? false
    this.#holdsLinks = agent.holdsLinks ?? false
    this.#mayPack = agent.mayPack ?? false
    this.#survivors = agent.survivors
    this.#carriersElsewhere = agent.carriersElsewhere
    this.#pool = new CarrierPool((count) => this.#control?.want(count))
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
        configure(document).then(
          (answer) => {
            this.#isConfiguring = false
            this.#control?.configured(answer)
          },
          () => this.#framed.destroy(),
        )
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
      this.#overAtMs = performance.now()
      this.#noteEnd(this.#framed)
      survivors?.over(survival, { isKilled: () => !end.silent && this.#hasAgentEnded })
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
      onMessage: (type, body) => this.#onCarrierMessage(carrier, type, body),
      onIdle: () => this.#pool.release(carrier),
    }
    const carrier: Carrier = new Carrier(link, events, { takesPacked: this.#mayPack })
    if (link instanceof SurvivingLink) survivors?.add(link)
    void link.closed.then(() => this.#openings.get(carrier)?.lost())
    void framed.closed.then(() => this.#noteEnd(framed))
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
    framed.send(encodeResumed(link.position))
    link.goOn(framed, position)
    return true
  }

  openStream(target: Target, options: OpenOptions): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.tcp, ...target }, options)
  }

  beginStream(target: Target, options: OpenOptions): Promise<OpeningStream> {
    return Promise.resolve(this.#beginKind({ kind: streamKind.tcp, ...target }, options))
  }

  async openDatagrams(target: Target, options: OpenOptions): Promise<Duplex> {
    return nativeDatagrams(await this.#openKind({ kind: streamKind.datagrams, ...target }, options))
  }

  async openSocksDatagrams(options: OpenOptions): Promise<Duplex> {
    const request = { kind: streamKind.socksDatagrams, host: '', port: 0 }
    return nativeDatagrams(await this.#openKind(request, options))
  }

  openFiles({
    folder,
    stripPrefix,
    ...options
  }: OpenOptions & { folder: string; stripPrefix: string }): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.files, host: folder, port: 0, stripPrefix }, options)
  }

  openPrivate({
    target,
    verifier,
    ...options
  }: OpenOptions & { target: Target; verifier: Uint8Array }): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.private, ...target, verifier }, options)
  }

  openDirect({
    target,
    verifier,
    seenFrom,
    entrance,
    ...options
  }: OpenOptions & {
    target: Target
    verifier: Uint8Array
    seenFrom: SeenFrom
    entrance: Uint8Array
  }): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.direct, ...target, verifier, seenFrom, entrance }, options)
  }

  unlink(id: Uint8Array): void {
    // An older agent ends the link with its stream.
    if (this.#holdsLinks) this.#control?.unlink(id)
  }

  openMeasure({ signal }: OpenOptions): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.measure, host: '', port: 0 }, { signal, visitor: 'path-test' })
  }

  openListening({ signal }: OpenOptions): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.listening, host: '', port: 0 }, { signal, visitor: 'listening' })
  }

  openWatched({ signal }: OpenOptions): Promise<Duplex> {
    return this.#openKind({ kind: streamKind.watched, host: '', port: 0 }, { signal, visitor: 'watched' })
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

  /** A killed agent's system ends its connections by FIN, except for those with bytes that the agent has not read, which it resets. */
  #noteEnd(connection: FramedSocket): void {
    if (connection.hasPeerEnded) this.#endedAtMs = performance.now()
  }

  /** Whether the agent's side has ended a connection in order when the control connection ended, or later. */
  get #hasAgentEnded(): boolean {
    return this.#endedAtMs > this.#overAtMs - lastEndsMs
  }

  endLink(): void {
    this.#framed.destroy()
  }

  async #openKind(request: Omit<Open, 'number' | 'visitor'>, options: OpenOptions): Promise<Duplex> {
    const { stream, opened } = this.#beginKind(request, options)
    try {
      await opened
      return stream
    } catch (error) {
      stream.destroy()
      throw error
    }
  }

  #beginKind(
    request: Omit<Open, 'number' | 'visitor'>,
    { signal, visitor = '' }: OpenOptions,
  ): OpeningStream {
    const stream = new CarrierStream()
    const deadline = {
      signal,
      timeoutMs: openTimeoutMs,
      onTimeout: () => this.#silent(request, `no answer within ${openTimeoutMs / 1000} s`),
    }
    const opened = withDeadline(deadline, async (signal) => {
      for (let tries = 1; tries <= maxOpenTries; tries += 1) {
        const carrier = await this.#pool.take(signal)
        if (signal.aborted) {
          this.#pool.release(carrier)
          throw signal.reason
        }
        if (await this.#open(carrier, stream, { ...request, visitor }, signal)) return
        // What was sent ahead may have reached the target, which must not get it twice.
        if (carrier.hasSentEarly) break
      }
      throw this.#silent(request, 'its connections end as soon as they are used')
    })
    return { stream, opened }
  }

  /** False when the carrier was lost before the agent answered. */
  #open(
    carrier: Carrier,
    stream: CarrierStream,
    request: Omit<Open, 'number'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { host, port } = request
    return untilSettled<boolean>(
      (resolve, reject) => {
        const number = carrier.nextNumber()
        this.#openings.set(carrier, {
          number,
          opened: () => {
            if (this.#takesEarlyData) carrier.opened()
            else carrier.startStream(number, stream)
            resolve(true)
          },
          failed: (code, message) => {
            if (this.#takesEarlyData) carrier.refused()
            reject(new RelayError(code, message, { host, port }))
            this.#pool.release(carrier)
          },
          lost: () => resolve(false),
        })
        carrier.framed.send(encodeOpen({ number, ...request }))
        if (this.#takesEarlyData) carrier.ask(number, stream)
        return (isGivenUp) => {
          this.#openings.delete(carrier)
          // The agent is dialling: ending the carrier tells it to stop.
          if (isGivenUp) carrier.framed.destroy()
        }
      },
      { signal },
    )
  }

  #onCarrierMessage(carrier: Carrier, type: number, body: Uint8Array): void {
    const opening = this.#openings.get(carrier)
    if (!opening) throw new WireError(`frame of type ${type} on an idle carrier`)
    if (type === frameType.opened) {
      if (decodeNumber(body) !== opening.number) throw new WireError('OPENED for another stream')
      opening.opened()
    } else if (type === frameType.failed) {
      const failed = decodeFailed(body)
      if (failed.number !== opening.number) throw new WireError('FAILED for another stream')
      opening.failed(asTargetCode(failed.code), failed.message)
    } else {
      throw new WireError(`frame of type ${type} in answer to OPEN`)
    }
  }

  #silent({ host, port }: Target, why: string): RelayError {
    const what = port === 0 ? host : formatHostPort({ host, port })
    return new RelayError('agent-silent', `The lab box did not open ${what}: ${why}.`, { host, port })
  }
}

interface OpenOptions {
  readonly signal: AbortSignal
  readonly visitor?: string
}

interface PendingStream {
  readonly number: number
  opened(): void
  failed(code: RelayErrorCode, message: string): void
  lost(): void
}

/**
 * An agent may only report on its target, not know the kind of stream, or take part in no direct links; any other code of a newer
 * or hostile one means that the target was not reached.
 */
function asTargetCode(code: string): RelayErrorCode {
  return code === 'mode-unsupported' || code === 'direct-declined' || code.startsWith('target-')
    ? (knownErrorCode(code) ?? 'target-unreachable')
    : 'target-unreachable'
}

function describeEnd({ said, silent, error }: ControlEnd): string {
  if (said !== undefined) return said.reason
  if (silent) return 'silent'
  return error ? error.message : 'closed'
}
