import { RelayError } from '../../api/errors.ts'
import type { Log } from '../../log/log.ts'
import type { PassStore } from '../store/pass-store.ts'

/**
 * Passes that let nobody in any more, until the state file has lost them too: while it cannot be written they stay there, and a revoked
 * one would be good again after a restart.
 */
export class UnremovedPasses {
  readonly #store: Pick<PassStore, 'remove'>
  readonly #log: Log
  readonly #ids = new Set<number>()

  constructor({ store, log }: { store: Pick<PassStore, 'remove'>; log: Log }) {
    this.#store = store
    this.#log = log
  }

  /** To be removed by the next `removeAll`, or by one of those that follow. */
  add(id: number): void {
    this.#ids.add(id)
  }

  /** @throws RelayError when the state cannot be written; it is tried again then */
  removeNow(id: number): void {
    this.#ids.add(id)
    this.#store.remove(id)
    this.#ids.delete(id)
  }

  /** It is good again, and stays. */
  keep(id: number): void {
    this.#ids.delete(id)
  }

  /** What cannot be removed is left for the next time. */
  removeAll(): void {
    for (const id of this.#ids) {
      try {
        this.removeNow(id)
      } catch (error) {
        if (!(error instanceof RelayError)) throw error
        const fields = { pass: id, code: error.code }
        this.#log.warn('a guest pass that has ended is still in the state file', fields)
        return
      }
    }
  }
}
