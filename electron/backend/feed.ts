import { Listeners } from './listeners.ts'

/**
 * A value that changes, and who watches it: each watcher gets the current value first, then the newest one each time it
 * asks. A slow watcher skips values in between, so nothing piles up.
 */
export class Feed<T> {
  #value: T
  #version = 0
  readonly #listeners = new Listeners<[T]>()
  readonly #wake = new Set<() => void>()
  #closed = false
  readonly #onWatchers: ((count: number) => void) | undefined
  #watchers = 0

  constructor(initial: T, options: { onWatchers?: (count: number) => void } = {}) {
    this.#value = initial
    this.#onWatchers = options.onWatchers
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    this.#version += 1
    this.#wakeAll()
    this.#listeners.call(value)
  }

  /** Calls back with each value that is set, for the backend's own use: not counted as a watcher. */
  onSet(listener: (value: T) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Ends every watcher. Idempotent. */
  close(): void {
    this.#closed = true
    this.#wakeAll()
  }

  /** Ends without an error when the feed closes or `signal` aborts. */
  async *watch(signal?: AbortSignal): AsyncGenerator<T, void, void> {
    let seen = -1
    this.#countWatchers(1)
    try {
      while (!this.#closed && !signal?.aborted) {
        if (seen !== this.#version) {
          seen = this.#version
          yield this.#value
        } else {
          await this.#nextChange(signal)
        }
      }
    } finally {
      this.#countWatchers(-1)
    }
  }

  #nextChange(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #wakeAll(): void {
    for (const wake of this.#wake) wake()
  }

  #countWatchers(change: 1 | -1): void {
    this.#watchers += change
    this.#onWatchers?.(this.#watchers)
  }
}
