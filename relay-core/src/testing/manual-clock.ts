import type { Clock } from '../async/time/clock.ts'

/** Time that passes when a test says so. */
export class ManualClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<{ dueAtMs: number; readonly action: () => void }>()

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, action: () => void): Disposable {
    const timer = { dueAtMs: this.#nowMs + delayMs, action }
    this.#timers.add(timer)
    return { [Symbol.dispose]: () => this.#timers.delete(timer) }
  }

  /** How many timers are pending: whatever has ended must have left none. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Runs what becomes due meanwhile, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ dueAtMs }) => dueAtMs <= untilMs)
        .sort((a, b) => a.dueAtMs - b.dueAtMs)
      if (!next) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs)
      next.action()
    }
    this.#nowMs = untilMs
  }

  /** The computer slept: time passed, and nothing ran. */
  sleep(byMs: number): void {
    this.#nowMs += byMs
  }

  /** Somebody set the computer's clock: what waits goes on waiting as if nobody had. */
  set(byMs: number): void {
    this.#nowMs += byMs
    for (const timer of this.#timers) timer.dueAtMs += byMs
  }
}
