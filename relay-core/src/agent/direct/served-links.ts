import { Signal } from '../../async/signals/signal.ts'
import { systemClock } from '../../async/time/clock.ts'

/** A direct link of this agent, as its owner is told of it. */
export interface ServedLink {
  /** `address:port` of the visitor, as the relay sees it. */
  readonly visitor: string
  /** Which way its streams go. */
  readonly way: 'direct' | 'relay'
  readonly roundTripMs: number
  readonly sinceMs: number
}

interface Carried {
  readonly isDirect: boolean
  readonly roundTripMs: number
}

/** The direct links that an agent takes part in, over all its links to the relay. */
export class ServedLinks {
  readonly #links = new Set<{ visitor: string; carry: Carried; sinceMs: number }>()
  readonly #changed = new Signal()

  get list(): ServedLink[] {
    return [...this.#links].map(({ visitor, carry, sinceMs }) => ({
      visitor,
      way: carry.isDirect ? 'direct' : 'relay',
      roundTripMs: Math.round(carry.roundTripMs),
      sinceMs,
    }))
  }

  /** Calls back when a link has begun, ended, or goes the other way. */
  onChange(listener: () => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  /** `moved` says that its streams go the other way from now on. Its owner disposes of the handle when it has ended. */
  add(visitor: string, carry: Carried): Disposable & { moved(): void } {
    const link = { visitor, carry, sinceMs: systemClock.now() }
    this.#links.add(link)
    this.#changed.emit()
    return {
      moved: () => {
        link.sinceMs = systemClock.now()
        this.#changed.emit()
      },
      [Symbol.dispose]: () => {
        this.#links.delete(link)
        this.#changed.emit()
      },
    }
  }
}
