import { pause } from '../../async/wait/pause.ts'
import type { SurvivingLink } from './surviving-link.ts'

/** Connections dialled at the same time: the relay accepts a limited number of unproved ones from one address. */
const maxAtOnce = 16

/** From one attempt to the next for the same link, whether it failed or its connection was soon cut again. */
const pauseMs = 500

/** Gives an agent's cut carriers new connections, some at a time, as long as its session lasts. */
export class Resumer {
  readonly #resume: (link: SurvivingLink) => Promise<void>
  readonly #signal: AbortSignal
  readonly #waiting = new Set<SurvivingLink>()
  readonly #underway = new Set<SurvivingLink>()
  readonly #triedAtMs = new WeakMap<SurvivingLink, number>()

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
    while (this.#isWanted(link)) {
      await this.#pauseSinceLast(link)
      if (!this.#isWanted(link)) return
      this.#triedAtMs.set(link, performance.now())
      try {
        await this.#resume(link)
        return
      } catch {
        // Until the link has waited for a minute, or the session is over.
      }
    }
  }

  #isWanted(link: SurvivingLink): boolean {
    return link.wantsConnection && !this.#signal.aborted
  }

  async #pauseSinceLast(link: SurvivingLink): Promise<void> {
    const leftMs = (this.#triedAtMs.get(link) ?? -Infinity) + pauseMs - performance.now()
    if (leftMs > 0) await pause(leftMs, { signal: this.#signal }).catch(() => undefined)
  }
}
