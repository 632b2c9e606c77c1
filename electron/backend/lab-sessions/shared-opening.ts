import { until } from '@nps-desktop/relay-core/async'
import { cancelled } from '../ssh/ssh-errors.ts'

/** What is opened once and shared: an ssh session, or a forward that stands on one. */
interface Shareable {
  readonly isOpen: boolean
  readonly closed: Promise<unknown>
  close(): void
}

/** One of them for everyone who wants it meanwhile, from its opening to its end. */
export class SharedOpening<T extends Shareable> {
  readonly #opening: Promise<T>
  readonly #stop = new AbortController()
  readonly #onEnd: () => void
  #opened: T | null = null
  #hasEnded = false

  /** `open` may give one although it was called off; `onEnd` is called once, when there is none or no longer one. */
  constructor(open: (signal: AbortSignal) => Promise<T>, onEnd: () => void) {
    this.#onEnd = onEnd
    this.#opening = this.#begin(open)
    // told to each who waits; there may be none left
    this.#opening.catch(() => undefined)
  }

  /** Being opened, or open. */
  get isUsable(): boolean {
    return !this.#hasEnded && (this.#opened?.isOpen ?? true)
  }

  get isOpened(): boolean {
    return this.#opened !== null
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Rejects as the opening does, and with the signal's reason. */
  async get({ signal }: { signal: AbortSignal }): Promise<T> {
    return await until(this.#opening, { signal })
  }

  /** Calls the opening off, or closes what is open. Idempotent. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#stop.abort(cancelled())
    this.#opened?.close()
    this.#onEnd()
  }

  async #begin(open: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      const opened = await open(this.#stop.signal)
      if (this.#hasEnded) {
        opened.close()
        throw cancelled()
      }
      this.#opened = opened
      void opened.closed.then(() => this.end())
      return opened
    } catch (error) {
      this.end()
      throw error
    }
  }
}
