import { networkOf } from '../../net/address/network-of.ts'

/** Addresses remembered at once; beyond that the oldest are forgotten, so that nobody can fill the memory. */
const maxAddresses = 10_000

/**
 * Counts failures by address, or by address and `name`: after `maxAttempts` of them within `windowMs` that pair is locked out until the
 * window ends.
 */
export class AttemptLimit {
  readonly #maxAttempts: number
  readonly #windowMs: number
  readonly #now: () => number
  readonly #failures = new Map<string, { count: number; firstMs: number }>()

  constructor({ maxAttempts, windowMs, now }: { maxAttempts: number; windowMs: number; now: () => number }) {
    this.#maxAttempts = maxAttempts
    this.#windowMs = windowMs
    this.#now = now
  }

  /** 0, or for how many milliseconds this address still has to wait. */
  lockedForMs(address: string, name = ''): number {
    const entry = this.#known(keyOf(address, name))
    if (!entry || entry.count < this.#maxAttempts) return 0
    return Math.max(0, entry.firstMs + this.#windowMs - this.#now())
  }

  failed(address: string, name = ''): void {
    const key = keyOf(address, name)
    const entry = this.#known(key)
    if (entry && this.#now() < entry.firstMs + this.#windowMs) {
      entry.count++
      // The lock lasts a whole window from the failure that caused it.
      if (entry.count === this.#maxAttempts) entry.firstMs = this.#now()
      return
    }
    this.#failures.delete(key)
    this.#failures.set(key, { count: 1, firstMs: this.#now() })
    if (this.#failures.size > maxAddresses) {
      const oldest = this.#failures.keys().next()
      if (!oldest.done) this.#failures.delete(oldest.value)
    }
  }

  succeeded(address: string): void {
    this.#failures.delete(keyOf(address, ''))
  }

  /** After a clock that was wrong was set back, a window begins at the latest now. */
  #known(key: string): { count: number; firstMs: number } | undefined {
    const entry = this.#failures.get(key)
    if (entry) entry.firstMs = Math.min(entry.firstMs, this.#now())
    return entry
  }
}

function keyOf(address: string, name: string): string {
  return `${networkOf(address)} ${name}`
}
