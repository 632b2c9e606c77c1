import { systemClock } from '../async/time/clock.ts'

/** Beyond this, entries are forgotten early: an extra line in the log instead of unbounded memory. */
const maxAddresses = 1_000

/** Addresses seen recently, so that what each of them repeats is logged only now and then. */
export class RecentAddresses {
  readonly #periodMs: number
  readonly #now: () => number
  readonly #heardAtMs = new Map<string, number>()

  constructor(periodMs: number, now: () => number = systemClock.now) {
    this.#periodMs = periodMs
    this.#now = now
  }

  /** Whether the address has not been seen within the period; if so, it counts as seen now. */
  isNews(address: string): boolean {
    const nowMs = this.#now()
    const heardAtMs = this.#heardAtMs.get(address)
    if (heardAtMs !== undefined && nowMs - heardAtMs < this.#periodMs) return false
    if (this.#heardAtMs.size >= maxAddresses) this.#heardAtMs.clear()
    this.#heardAtMs.set(address, nowMs)
    return true
  }
}
