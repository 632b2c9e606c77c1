import { every } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../../failures/app-error.ts'

const retryMs = 10_000

/**
 * Writes that no person waits for, such as what a feed brought: a disk that refuses them must end nothing. They are kept,
 * the newest under each name, and done when the disk takes them; one line says so.
 */
export class LaterWrites {
  readonly #log: Log
  readonly #waiting = new Map<string, () => void>()
  #retrying: Disposable | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Now, or as soon as the disk takes it. Never throws for what the disk refuses. */
  add(name: string, write: () => void): void {
    this.#waiting.delete(name)
    try {
      write()
    } catch (error) {
      if (!isRefusal(error)) throw error
      // It runs from the first refusal until all is written.
      if (this.#retrying === undefined)
        this.#log.error("the app's data cannot be written: it is kept in memory", { reason: error })
      this.#waiting.set(name, write)
      this.#retrying ??= every(retryMs, () => this.retry())
    }
  }

  retry(): void {
    for (const [name, write] of this.#waiting) {
      try {
        write()
      } catch (error) {
        if (isRefusal(error)) return
        // A bug of one write must not keep the others waiting.
        this.#log.error('a change that was put off cannot be written', { name, error })
      }
      this.#waiting.delete(name)
    }
    if (this.#retrying) this.#log.info("the app's data is written again")
    this.#retrying?.[Symbol.dispose]()
    this.#retrying = undefined
  }

  /** A last try. */
  close(): void {
    if (this.#waiting.size > 0) this.retry()
    this.#retrying?.[Symbol.dispose]()
    this.#retrying = undefined
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'storage-failed' || error.code === 'storage-in-use')
}
