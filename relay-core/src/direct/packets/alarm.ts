import type { Clock } from '../../async/time/clock.ts'

/**
 * Calls `action` at a time that is moved with every packet. Moving it later costs nothing: the timer that is set already
 * finds, when it fires, that it is early, and is set again.
 */
export class Alarm {
  readonly #clock: Clock
  readonly #action: () => void
  #dueAtMs = Number.POSITIVE_INFINITY
  #timer: Disposable | undefined
  #timerAtMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock, action: () => void) {
    this.#clock = clock
    this.#action = action
  }

  get isSet(): boolean {
    return this.#dueAtMs < Number.POSITIVE_INFINITY
  }

  /** Replaces the time it was set to. `Infinity` clears it. */
  setTo(dueAtMs: number): void {
    this.#dueAtMs = dueAtMs
    if (dueAtMs === Number.POSITIVE_INFINITY) this.clear()
    else if (dueAtMs < this.#timerAtMs) this.#arm()
  }

  clear(): void {
    this.#dueAtMs = Number.POSITIVE_INFINITY
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#timerAtMs = Number.POSITIVE_INFINITY
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timerAtMs = this.#dueAtMs
    this.#timer = this.#clock.after(Math.max(0, this.#dueAtMs - this.#clock.now()), () => {
      this.#timer = undefined
      this.#timerAtMs = Number.POSITIVE_INFINITY
      // Timers of the system fire up to a millisecond early.
      if (this.#dueAtMs > this.#clock.now() + 1) {
        this.#arm()
        return
      }
      this.#dueAtMs = Number.POSITIVE_INFINITY
      this.#action()
    })
  }
}
