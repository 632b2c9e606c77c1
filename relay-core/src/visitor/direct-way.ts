import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'
import type { Clock } from '../async/time/clock.ts'
import type { VisitorLink } from '../direct/link/visitor-link.ts'
import { packetClock } from '../direct/packets/packet-clock.ts'
import type { Log } from '../log/log.ts'

/** How long after an attempt in vain the next visit tries again: the first, the second, and all later times. */
const againMs = [60_000, 5 * 60_000, 30 * 60_000] as const

/** A link that carries nothing is ended after so long. */
const idleTimeoutMs = 5 * 60_000
const idleLookMs = 60_000

export interface DirectWayOptions {
  /** Fulfils with a link that has a direct way; undefined: the networks allow none. */
  readonly arrange: (options: { signal: AbortSignal }) => Promise<VisitorLink | undefined>
  readonly log: Log
  /** One that is never set back; the system's, except in tests. */
  readonly clock?: Clock
}

/** A visitor's direct link to the agent of its tunnel: there while it is used, and looked for again now and then where there is none. */
export class DirectWay {
  readonly #options: DirectWayOptions
  readonly #clock: Clock
  readonly #closing = new AbortController()
  /** With those that another one has followed, whose streams go on. */
  readonly #links = new Set<VisitorLink>()
  #link: VisitorLink | undefined
  #isArranging = false
  #failures = 0
  #againAtMs = 0
  #network = ''

  constructor(options: DirectWayOptions) {
    this.#options = options
    this.#clock = options.clock ?? packetClock
  }

  /** A stream to the agent past the relay; undefined where there is none now. */
  open(): Duplex | undefined {
    const { carry } = this.#link ?? {}
    if (!carry?.isDirect) return undefined
    // When it falls silent, there would be nothing to fall back to.
    if (!carry.hasRelay) this.want()
    try {
      return carry.openStream()
    } catch {
      // It has as many streams as it can have; the relay has room for more.
      return undefined
    }
  }

  /** A visit has come by the relay: those after it might go directly. */
  want(): void {
    const { carry } = this.#link ?? {}
    if (this.#isArranging || this.#closing.signal.aborted || (carry?.isDirect && carry.hasRelay)) return
    const network = ownNetwork()
    if (network !== this.#network) this.#failures = 0
    else if (this.#clock.now() < this.#againAtMs) return
    this.#network = network
    this.#isArranging = true
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
      const link = await this.#options.arrange({ signal: this.#closing.signal })
      if (link) this.#use(link)
      else this.#failed('the networks in between let no direct way through')
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(error)
    }
  }

  /** Its way has fallen silent. Its streams go directly again too, once there is another one. */
  async #seekAgain(link: VisitorLink): Promise<void> {
    try {
      if (await link.seekAgain()) this.#found()
      else this.#failed('the networks in between let no direct way through')
    } catch (error) {
      if (this.#link === link) this.#failed(error)
    }
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
    let idleSinceMs = this.#clock.now()
    let looking: Disposable
    const look = () => {
      const nowMs = this.#clock.now()
      if (link.carry.streamCount > 0) idleSinceMs = nowMs
      if (nowMs - idleSinceMs >= idleTimeoutMs) link.carry.close()
      else looking = this.#clock.after(idleLookMs, look, { ref: false })
    }
    looking = this.#clock.after(idleLookMs, look, { ref: false })
    void link.carry.closed.then(() => {
      looking[Symbol.dispose]()
      this.#links.delete(link)
      if (this.#link !== link) return
      this.#link = undefined
      this.#againAtMs = 0
    })
  }

  #failed(reason: unknown): void {
    const delayMs = againMs[Math.min(this.#failures, againMs.length - 1)] ?? 0
    this.#failures += 1
    this.#againAtMs = this.#clock.now() + delayMs
    // One that has lost its relay still is direct.
    if (this.#link?.carry.isDirect) return
    this.#options.log.info('private tunnel goes by the relay', { reason, againMs: delayMs })
  }
}

/** Another text once this machine is in another network. */
function ownNetwork(): string {
  return Object.values(networkInterfaces())
    .flatMap((list = []) => list.map(({ address }) => address))
    .sort()
    .join(' ')
}
