/**
 * Carriers dialled at the same time: the relay accepts 128 connections from one address that have not yet proved themselves, and two lab boxes
 * may share an address. Each takes two and a half round trips, so fewer at once would make a crowd of visitors wait in turns.
 */
const maxAtOnce = 48

/**
 * This many may begin together, and then one every 2 ms. A dial is some 0.7 kB of the lab box's line, which a line of 3 Mbit/s carries in
 * 2 ms; more than that at once only fills the queue before the line, where the packets of others, or of the dials themselves, are dropped.
 */
const maxTogether = 8
const spacingMs = 2

/** The maximum number of waiting dials: more than the relay may ever want. */
const maxQueued = 4096

/** Dials as many carriers as the relay wants, some at a time. */
export class CarrierDialler {
  readonly #dial: () => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #wanted = 0
  #dialling = 0
  /** How many may begin now; a fraction while the next one is not yet due. */
  #due = maxTogether
  #dueAtMs = performance.now()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** A failed dial is reported to `onFailure` and not repeated: the relay asks again for what it still wants. */
  constructor(dial: () => Promise<void>, onFailure: (error: unknown) => void) {
    this.#dial = dial
    this.#onFailure = onFailure
  }

  want(count: number): void {
    this.#wanted = Math.min(maxQueued, this.#wanted + count)
    this.#dialWhatIsDue()
  }

  close(): void {
    this.#closed = true
    this.#wanted = 0
    clearTimeout(this.#timer)
  }

  #dialWhatIsDue(): void {
    const nowMs = performance.now()
    this.#due = Math.min(maxTogether, this.#due + (nowMs - this.#dueAtMs) / spacingMs)
    this.#dueAtMs = nowMs
    while (this.#wanted > 0 && this.#dialling < maxAtOnce && !this.#closed && this.#due >= 1) {
      this.#due -= 1
      void this.#next()
    }
    if (this.#wanted === 0 || this.#dialling >= maxAtOnce || this.#closed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#dialWhatIsDue()
    }, spacingMs)
  }

  async #next(): Promise<void> {
    this.#wanted -= 1
    this.#dialling += 1
    try {
      await this.#dial()
    } catch (error) {
      if (!this.#closed) this.#onFailure(error)
    } finally {
      this.#dialling -= 1
    }
    this.#dialWhatIsDue()
  }
}
