import { changes } from './changes.ts'
import { Signal } from './signal.ts'

/** A value that changes, and its watchers: each watcher gets the current value first, then the newest after each change. */
export class Feed<T> {
  #value: T
  #watchers = 0
  #isClosed = false
  readonly #valueSet = new Signal()
  /** For watchers: a new value, or the end. */
  readonly #woken = new Signal()
  readonly #onWatchers: ((count: number) => void) | undefined

  /** `onWatchers` is called with the number of watchers each time it changes. */
  constructor(initial: T, { onWatchers }: { onWatchers?: (count: number) => void } = {}) {
    this.#value = initial
    this.#onWatchers = onWatchers
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    this.#woken.emit()
    this.#valueSet.emit()
  }

  /** Calls back with each value that is set until the returned handle is disposed of. Not counted as a watcher. */
  subscribe(listener: (value: T) => void): Disposable {
    return this.#valueSet.subscribe(() => listener(this.#value))
  }

  /** Ends every watcher. Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#woken.emit()
  }

  /** Ends without an error when the feed closes or `signal` aborts. A slow watcher skips values in between. */
  async *watch(signal?: AbortSignal): AsyncGenerator<T, void, void> {
    this.#countWatchers(1)
    try {
      for await (const _ of changes(this.#woken, { signal })) {
        if (this.#isClosed) return
        yield this.#value
      }
    } finally {
      this.#countWatchers(-1)
    }
  }

  #countWatchers(change: 1 | -1): void {
    this.#watchers += change
    this.#onWatchers?.(this.#watchers)
  }
}
