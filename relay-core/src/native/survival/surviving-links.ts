import { every } from '../../async/time/every.ts'
import { maxAckEntries, type CarrierPosition } from '../../wire/survival-messages.ts'
import { KeepingBudget } from './keeping-budget.ts'
import { acknowledgedBytes, keptRoom } from './kept-room.ts'
import type { LinkPlace } from './link-place.ts'
import type { SurvivingLink } from './surviving-link.ts'

/** What all carriers of one agent may keep together, at each end; beyond it carriers go on without being kept. */
const maxKeptTogether = 64 * 1024 * 1024

/** What has arrived is acknowledged after this time, or after some bytes. */
const acknowledgedMs = 1_000

/**
 * How long to wait for a program all of whose connections its system seems to have closed. One that was killed does not come back;
 * one that runs, behind a proxy that was restarted, tries to come back every 1.2 s at the latest.
 */
const killedMs = 5_000

/** How many given up carriers are remembered for the next session; the others end at the peer after a minute. */
const maxUntold = 4096

/** The session through which the two programs speak of their carriers. */
export interface SurvivalSession {
  /** False: it was not said, and is said later. Not asked of links that are acknowledged on their own connections. */
  acknowledge?(entries: readonly CarrierPosition[]): boolean
  drop(carrier: number): void
  /** The link's connection is gone, and it wants another one. */
  onCut?(link: SurvivingLink): void
}

/** The carriers of one agent's program that survive their connections, over all its sessions; at either end. */
export class SurvivingLinks implements LinkPlace<SurvivingLink> {
  readonly budget: KeepingBudget
  readonly acknowledgesInside: boolean
  readonly #links = new Map<number, SurvivingLink>()
  readonly #unacknowledged = new Set<SurvivingLink>()
  #untold: number[] = []
  #roundTripMs = Infinity
  #session: SurvivalSession | undefined
  #acknowledging: Disposable | undefined
  #killedTimer: NodeJS.Timeout | undefined

  /** `budget`: what this program may keep for all its peers. `acknowledgesInside`: as LinkPlace says. */
  constructor(budget?: KeepingBudget, { acknowledgesInside = false } = {}) {
    this.acknowledgesInside = acknowledgesInside
    this.budget = new KeepingBudget(maxKeptTogether, budget)
  }

  get room(): number {
    return keptRoom({ roundTripMs: this.#roundTripMs, keptTogether: this.budget.taken })
  }

  /** The session's line takes so long there and back; less counts, since more may be the programs' own. */
  onRoundTrip(ms: number): void {
    this.#roundTripMs = Math.min(this.#roundTripMs, ms)
  }

  /** A session ends when its peer is silent. */
  get hearsPeerIn(): object | undefined {
    return this.acknowledgesInside ? undefined : this.#session
  }

  get all(): Iterable<SurvivingLink> {
    return this.#links.values()
  }

  /** No session, and nothing left of earlier ones. */
  get isUnused(): boolean {
    return this.#session === undefined && this.#links.size === 0
  }

  get size(): number {
    return this.#links.size
  }

  get(number: number): SurvivingLink | undefined {
    return this.#links.get(number)
  }

  add(link: SurvivingLink): void {
    this.#links.set(link.number, link)
    void link.closed.then(() => {
      this.#links.delete(link.number)
      if (this.#links.size === 0) clearTimeout(this.#killedTimer)
      // Otherwise its last word is acknowledged in the next session, if need be.
      if (this.acknowledgesInside) this.#unacknowledged.delete(link)
    })
  }

  /** There is a session, in place of the one before. */
  begin(session: SurvivalSession): void {
    this.#session = session
    clearTimeout(this.#killedTimer)
    this.#roundTripMs = Infinity
    for (const number of this.#untold.splice(0)) session.drop(number)
    this.#acknowledge()
  }

  /** A session is over. `isKilled`: whether it looks as if the peer's program had ended; it is taken for ended if none of its links is left and it does not come back in time. */
  over(session: SurvivalSession, { isKilled = () => false }: { isKilled?: () => boolean } = {}): void {
    if (this.#session !== session) return
    this.#session = undefined
    this.#rest()
    if (this.#links.size === 0) return
    this.#killedTimer = setTimeout(() => {
      if (isKilled() && [...this.#links.values()].every((link) => link.isCut)) this.onFarewell()
    }, killedMs).unref()
  }

  /** Throws a WireError if it acknowledges what was not sent. */
  onAck(entries: CarrierPosition[]): void {
    for (const { carrier, position } of entries) this.#links.get(carrier)?.onAcknowledged(position)
  }

  /** The peer has said farewell, or is not there any more. */
  onFarewell(): void {
    for (const link of this.#links.values()) link.onDropped()
  }

  onDrop(number: number): void {
    this.#links.get(number)?.onDropped()
  }

  onReceived(link: SurvivingLink): void {
    this.#unacknowledged.add(link)
    if (this.#session)
      this.#acknowledging ??= every(acknowledgedMs, () => this.#acknowledge(), { ref: false })
    if (link.received.unacknowledgedBytes >= acknowledgedBytes) this.onEnding(link)
  }

  onEnding(link: SurvivingLink): void {
    if (link.received.isUnacknowledged) this.#say([link])
  }

  onCut(link: SurvivingLink): void {
    this.#session?.onCut?.(link)
  }

  onGivenUp({ number }: SurvivingLink): void {
    if (this.#session) this.#session.drop(number)
    else if (this.#untold.length < maxUntold) this.#untold.push(number)
  }

  #acknowledge(): void {
    const links = [...this.#unacknowledged, ...this.#resting]
    for (let at = 0; at < links.length; at += maxAckEntries) this.#say(links.slice(at, at + maxAckEntries))
    if (this.#unacknowledged.size === 0 && this.#resting.length === 0) this.#rest()
  }

  /**
   * Links whose reader rests, and that have acknowledged what they have read. What else has come waits in the system: an end that hears nothing
   * of it would take its connection for lost.
   */
  get #resting(): SurvivingLink[] {
    if (!this.acknowledgesInside) return []
    return [...this.#links.values()].filter((link) => link.isHeld && !this.#unacknowledged.has(link))
  }

  #say(links: readonly SurvivingLink[]): void {
    if (this.acknowledgesInside) {
      this.#said(links.filter((link) => link.acknowledgeInside()))
      return
    }
    const entries = links.map(({ number, received }) => ({ carrier: number, position: received.position }))
    if (this.#session?.acknowledge?.(entries)) this.#said(links)
  }

  #said(links: readonly SurvivingLink[]): void {
    for (const link of links) {
      link.received.acknowledged()
      this.#unacknowledged.delete(link)
    }
  }

  #rest(): void {
    this.#acknowledging?.[Symbol.dispose]()
    this.#acknowledging = undefined
  }
}
