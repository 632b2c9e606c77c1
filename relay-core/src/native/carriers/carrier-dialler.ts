/**
 * Carriers dialled at the same time: the relay accepts 64 connections from one address that have not yet proved themselves, and two lab boxes
 * may share an address. Each takes two and a half round trips, so fewer at once would make a crowd of visitors wait in turns.
 */
const maxAtOnce = 32

/** The maximum number of waiting dials: more than the relay may ever want. */
const maxQueued = 4096

/** Dials as many carriers as the relay wants, some at a time. */
export class CarrierDialler {
  readonly #dial: () => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #wanted = 0
  #dialling = 0
  #closed = false

  /** A failed dial is reported to `onFailure` and not repeated: the relay asks again for what it still wants. */
  constructor(dial: () => Promise<void>, onFailure: (error: unknown) => void) {
    this.#dial = dial
    this.#onFailure = onFailure
  }

  want(count: number): void {
    this.#wanted = Math.min(maxQueued, this.#wanted + count)
    while (this.#wanted > 0 && this.#dialling < maxAtOnce && !this.#closed) void this.#next()
  }

  close(): void {
    this.#closed = true
    this.#wanted = 0
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
    this.want(0)
  }
}
