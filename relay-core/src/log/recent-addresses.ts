/** More are forgotten early: a line too many in the log, not memory without end. */
const mostAddresses = 1_000

/** Addresses that were heard of lately, so that what each repeats is told once a while. */
export class RecentAddresses {
  readonly #periodMs: number
  readonly #now: () => number
  readonly #heardAtMs = new Map<string, number>()

  constructor(periodMs: number, now: () => number = Date.now) {
    this.#periodMs = periodMs
    this.#now = now
  }

  /** Whether the address was not heard of within the period; counts as heard now if so. */
  isNews(address: string): boolean {
    const nowMs = this.#now()
    const heardAtMs = this.#heardAtMs.get(address)
    if (heardAtMs !== undefined && nowMs - heardAtMs < this.#periodMs) return false
    if (this.#heardAtMs.size >= mostAddresses) this.#heardAtMs.clear()
    this.#heardAtMs.set(address, nowMs)
    return true
  }
}
