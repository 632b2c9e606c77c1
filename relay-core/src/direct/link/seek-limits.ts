import type { Clock } from '../../async/time/clock.ts'
import { packetClock } from '../packets/packet-clock.ts'

/** How often a visitor can have the agent send probes, by whatever links: two attempts, in two manners, follow each other. */
const attemptLimit = { maxAttempts: 2, windowMs: 10_000 } as const

/** One attempt of the agent's, from its beginning to its end. */
export interface SeekTurn extends Disposable {
  /** No other attempt guesses ports meanwhile. */
  readonly mayGuess: boolean
}

/** What all links of an agent together may send to find direct ways. */
export class SeekLimits {
  readonly #clock: Clock
  readonly #beganAtMs = new Map<string, number[]>()
  #isGuessing = false

  constructor({ clock = packetClock }: { clock?: Clock } = {}) {
    this.#clock = clock
  }

  /** An attempt with this visitor, which its owner disposes of at its end; undefined: there have been as many as there may be. */
  begin(visitor: string, { wouldGuess }: { wouldGuess: boolean }): SeekTurn | undefined {
    this.#forgetPast()
    const beganAtMs = this.#beganAtMs.get(visitor) ?? []
    if (beganAtMs.length >= attemptLimit.maxAttempts) return undefined
    this.#beganAtMs.set(visitor, [...beganAtMs, this.#clock.now()])
    const mayGuess = wouldGuess && !this.#isGuessing
    if (mayGuess) this.#isGuessing = true
    return {
      mayGuess,
      [Symbol.dispose]: () => {
        if (mayGuess) this.#isGuessing = false
      },
    }
  }

  #forgetPast(): void {
    const pastMs = this.#clock.now() - attemptLimit.windowMs
    for (const [visitor, beganAtMs] of this.#beganAtMs) {
      const recent = beganAtMs.filter((atMs) => atMs > pastMs)
      if (recent.length > 0) this.#beganAtMs.set(visitor, recent)
      else this.#beganAtMs.delete(visitor)
    }
  }
}
