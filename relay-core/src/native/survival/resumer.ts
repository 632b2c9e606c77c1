import { pause } from '../../async/wait/pause.ts'
import type { SurvivingLink } from './surviving-link.ts'

/** Connections dialled at the same time: the relay accepts a limited number of unproved ones from one address. */
const maxAtOnce = 16

/** Before a failed attempt is repeated. */
const pauseMs = 500

/** Gives an agent's cut carriers new connections, some at a time, as long as its session lasts. */
export class Resumer {
  readonly #resume: (link: SurvivingLink) => Promise<void>
  readonly #signal: AbortSignal
  readonly #waiting = new Set<SurvivingLink>()
  readonly #underway = new Set<SurvivingLink>()

  /** `resume` rejects when it could not connect, and is called again as long as the link wants it. */
  constructor(resume: (link: SurvivingLink) => Promise<void>, { signal }: { signal: AbortSignal }) {
    this.#resume = resume
    this.#signal = signal
  }

  add(link: SurvivingLink): void {
    this.#waiting.add(link)
    this.#next()
  }

  #next(): void {
    for (const link of this.#waiting) {
      if (this.#underway.size >= maxAtOnce) return
      if (this.#underway.has(link)) continue
      this.#waiting.delete(link)
      this.#underway.add(link)
      void this.#bringBack(link).finally(() => {
        this.#underway.delete(link)
        this.#next()
      })
    }
  }

  async #bringBack(link: SurvivingLink): Promise<void> {
    while (link.wantsConnection && !this.#signal.aborted) {
      try {
        await this.#resume(link)
        return
      } catch {
        // Until the link has waited for a minute, or the session is over.
        await pause(pauseMs, { signal: this.#signal }).catch(() => undefined)
      }
    }
  }
}
