import type { Clock } from '../../async/time/clock.ts'

/** What an agent takes part in at a time. */
export const maxLinks = 16

/** How soon one visitor may have another link arranged. */
const arrangementIntervalMs = 10_000

/** How many direct links there may be, and how soon one after the other. */
export class LinkPlaces {
  readonly #clock: Clock
  readonly #arrangedAtMs = new Map<string, number>()
  #taken = 0

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** A place for a link of this visitor's, until it is disposed of, once; undefined: there is none now. */
  take(visitor: string): Disposable | undefined {
    const nowMs = this.#clock.now()
    for (const [one, atMs] of this.#arrangedAtMs)
      if (atMs <= nowMs - arrangementIntervalMs) this.#arrangedAtMs.delete(one)
    const arranged = this.#arrangedAtMs
    if (this.#taken >= maxLinks || arranged.size >= maxLinks || arranged.has(visitor)) return undefined
    arranged.set(visitor, nowMs)
    this.#taken += 1
    return { [Symbol.dispose]: () => (this.#taken -= 1) }
  }
}
