import { networkInterfaces } from 'node:os'
import type { ByRelayReason, PrivateWay } from '../api/direct/private-way.ts'
import { Signal } from '../async/signals/signal.ts'
import { systemClock, type Clock } from '../async/time/clock.ts'
import type { HeardStream } from '../direct/carry/carry-link.ts'
import type { WayMeasurement } from '../direct/carry/way-fill.ts'
import type { VisitorLink } from '../direct/link/visitor-link.ts'
import { packetClock } from '../direct/packets/packet-clock.ts'
import type { SeenNetworks } from '../direct/punch/seek-way.ts'
import type { Log } from '../log/log.ts'
import { byRelayWords, reasonOfFailure, reasonOfNetworks } from './by-relay-reason.ts'

/** How long after an attempt in vain the next visit tries again: the first, the second, and all later times. */
const againMs = [60_000, 5 * 60_000, 30 * 60_000] as const

/** The lab box lets a visitor have another link arranged after 10 s, which it counts from a moment later. */
const minAgainMs = 11_000

/** A link that carries nothing is ended after this long. */
const idleTimeoutMs = 5 * 60_000
const idleLookMs = 60_000

/** Who is told what becomes of a link. */
export interface LinkListener {
  /** As in DirectLinkOptions. */
  readonly onWay: () => void
  readonly onNetworks: (seen: SeenNetworks) => void
}

export interface DirectWayOptions {
  /** Fulfils with a link that has a direct way; undefined: the networks allow none. */
  readonly arrange: (options: LinkListener & { signal: AbortSignal }) => Promise<VisitorLink | undefined>
  readonly log: Log
  /** One that is never set back; the system's, except in tests. */
  readonly clock?: Clock
  /** Another text once this machine is in another network. The system's, except in tests. */
  readonly network?: () => string
}

/** A visitor's direct link to the agent of its tunnel: there while it is used, and looked for again now and then where there is none. */
export class DirectWay {
  readonly #options: DirectWayOptions
  readonly #clock: Clock
  readonly #ownNetwork: () => string
  readonly #closing = new AbortController()
  /** With those that another one has followed, whose streams go on. */
  readonly #links = new Set<VisitorLink>()
  readonly #changed = new Signal()
  #way: PrivateWay = notTried()
  #seen: SeenNetworks | undefined
  #link: VisitorLink | undefined
  #isArranging = false
  #failures = 0
  #triedAtMs = Number.NEGATIVE_INFINITY
  #againAtMs = 0
  #usedAtMs = 0
  #network = ''
  /** While it may not be used. */
  #off: PrivateWay | undefined

  constructor(options: DirectWayOptions) {
    this.#options = options
    this.#clock = options.clock ?? packetClock
    this.#ownNetwork = options.network ?? ownNetwork
  }

  /** Which way new streams go, and why. */
  get way(): PrivateWay {
    if (this.#off) return this.#off
    const { carry } = this.#link ?? {}
    return this.#way.way === 'direct' && carry ? { ...this.#way, roundTripMs: carry.roundTripMs } : this.#way
  }

  /** Calls back when `way` is another one, or has another reason. */
  onChange(listener: () => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  /** A stream to the agent past the relay; undefined where there is none now. */
  open(): HeardStream | undefined {
    const { carry } = this.#link ?? {}
    if (this.#off || !carry?.isDirect) return undefined
    // When it falls silent, there would be nothing to fall back to.
    if (!carry.hasRelay) this.want()
    this.#usedAtMs = this.#clock.now()
    try {
      return carry.openStream()
    } catch {
      // It has as many streams as it can have; the relay has room for more.
      return undefined
    }
  }

  /** Whether new streams may go past the relay; those that do so already go on. */
  allow(isAllowed: boolean): void {
    if (isAllowed === (this.#off === undefined)) return
    const { way } = this
    const directAtMs = way.way === 'direct' ? systemClock.now() : way.directAtMs
    this.#off = isAllowed ? undefined : { ...notTried(), reason: 'off-here', directAtMs }
    this.#changed.emit()
  }

  /** As `CarryLink.measure`. Rejects where there is no direct way. */
  async measure(): Promise<WayMeasurement> {
    const { carry } = this.#link ?? {}
    if (this.#off || !carry?.isDirect) throw new Error('there is no direct way')
    return await carry.measure()
  }

  /** A visit has come by the relay: those after it might go directly. */
  want(): void {
    const { carry } = this.#link ?? {}
    if (this.#isBusy || (carry?.isDirect && carry.hasRelay)) return
    const network = this.#ownNetwork()
    if (network !== this.#network) this.#failures = 0
    else if (this.#clock.now() < this.#againAtMs) return
    this.#begin(network)
  }

  /** Looks for a way now, unless there is one, or it was looked for within the last seconds. */
  tryNow(): void {
    if (this.#link?.carry.isDirect || this.#isBusy) return
    if (this.#clock.now() - this.#triedAtMs >= minAgainMs) this.#begin(this.#ownNetwork())
  }

  get #isBusy(): boolean {
    return this.#isArranging || this.#off !== undefined || this.#closing.signal.aborted
  }

  #begin(network: string): void {
    this.#network = network
    this.#isArranging = true
    this.#seen = undefined
    this.#triedAtMs = this.#clock.now()
    // One that has lost its relay still is direct.
    if (!this.#link?.carry.isDirect) this.#byRelay('looking', { triedAtMs: systemClock.now() })
    void (this.#link?.carry.hasRelay ? this.#seekAgain(this.#link) : this.#arrange()).finally(() => {
      this.#isArranging = false
    })
  }

  /** Ends its streams too. Idempotent. */
  close(): void {
    this.#closing.abort(new Error('the visitor was stopped'))
    for (const link of this.#links) link.carry.close()
  }

  async #arrange(): Promise<void> {
    try {
      const { signal } = this.#closing
      const link = await this.#options.arrange({ ...this.#listener, signal })
      if (link) this.#use(link)
      else this.#failed(reasonOfNetworks(this.#seen))
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(reasonOfFailure(error), error)
    }
  }

  /** Its way has fallen silent. Its streams go directly again too, once there is another one. */
  async #seekAgain(link: VisitorLink): Promise<void> {
    try {
      if (await link.seekAgain()) this.#found()
      else this.#failed(reasonOfNetworks(this.#seen))
    } catch (error) {
      if (this.#link === link) this.#failed(reasonOfFailure(error), error)
    }
  }

  get #listener(): LinkListener {
    return {
      onWay: () => this.#onWay(),
      onNetworks: (seen) => {
        this.#seen = seen
      },
    }
  }

  /** A link whose way was found goes by the relay until the first answer has come back on it. */
  #onWay(): void {
    const { carry } = this.#link ?? {}
    if (!carry) return
    if (!carry.isDirect) this.#byRelay('silent')
    else if (this.#way.way !== 'direct')
      this.#tell({ way: 'direct', sinceMs: systemClock.now(), roundTripMs: carry.roundTripMs })
  }

  #byRelay(
    reason: ByRelayReason,
    { triedAtMs, againAtMs = null }: { triedAtMs?: number; againAtMs?: number | null } = {},
  ): void {
    const before = this.#way
    const nowMs = systemClock.now()
    const byRelay = before.way === 'relay' ? before : { sinceMs: nowMs, triedAtMs: null, directAtMs: nowMs }
    const { sinceMs, directAtMs } = byRelay
    const tried = triedAtMs ?? byRelay.triedAtMs
    this.#tell({ way: 'relay', sinceMs, reason, triedAtMs: tried, againAtMs, directAtMs })
  }

  #tell(way: PrivateWay): void {
    this.#way = way
    this.#changed.emit()
  }

  /** One that falls silent soon may come back by itself. */
  #found(): void {
    this.#failures = 0
    this.#againAtMs = this.#clock.now() + againMs[0]
  }

  #use(link: VisitorLink): void {
    if (this.#closing.signal.aborted) {
      link.carry.close()
      return
    }
    this.#link = link
    this.#links.add(link)
    this.#found()
    // What it has become meanwhile was told of a link that was not in use yet.
    if (link.carry.isDirect) this.#onWay()
    else if (this.#way.way === 'direct') this.#byRelay('looking')
    this.#usedAtMs = this.#clock.now()
    let looking: Disposable
    const look = () => {
      const nowMs = this.#clock.now()
      if (link.carry.streamCount > 0) this.#usedAtMs = nowMs
      if (nowMs - this.#usedAtMs >= idleTimeoutMs) link.carry.close()
      else looking = this.#clock.after(idleLookMs, look, { ref: false })
    }
    looking = this.#clock.after(idleLookMs, look, { ref: false })
    void link.carry.closed.then(() => {
      looking[Symbol.dispose]()
      this.#links.delete(link)
      if (this.#link !== link) return
      this.#link = undefined
      this.#againAtMs = 0
      if (!this.#closing.signal.aborted) this.#byRelay('not-tried')
    })
  }

  #failed(reason: ByRelayReason, cause?: unknown): void {
    const delayMs = againMs[Math.min(this.#failures, againMs.length - 1)] ?? 0
    this.#failures += 1
    this.#againAtMs = this.#clock.now() + delayMs
    // One that has lost its relay still is direct.
    if (this.#link?.carry.isDirect) return
    this.#byRelay(reason, { againAtMs: systemClock.now() + delayMs })
    const why = { reason: byRelayWords[reason], ...(cause !== undefined && { cause }) }
    this.#options.log.info('private tunnel goes by the relay', { ...why, againMs: delayMs })
  }
}

/** Before anything was looked for. */
export function notTried(): PrivateWay & { way: 'relay' } {
  const sinceMs = systemClock.now()
  return { way: 'relay', sinceMs, reason: 'not-tried', triedAtMs: null, againAtMs: null, directAtMs: null }
}

function ownNetwork(): string {
  return Object.values(networkInterfaces())
    .flatMap((list = []) => list.map(({ address }) => address))
    .sort()
    .join(' ')
}
