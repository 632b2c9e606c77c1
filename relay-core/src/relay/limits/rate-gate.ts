/** The minimum number of writes per second while there is enough to send: a slow rate must not come in bursts. */
const turnsPerSecond = 20
const minTurnBytes = 1_024
const maxTurnBytes = 64 * 1024
/** Timers fire late; up to this much lost time is made up for. */
const catchUpMs = 20

interface Waiter {
  readonly bytes: number
  readonly resolve: () => void
}

/**
 * Lets bytes through at a rate, shared fairly: each one takes a turn of at most `turnBytes`, then the next in line.
 * Never more than a turn and `catchUpMs` ahead of the rate, and so exact in the long run.
 */
export class RateGate {
  readonly turnBytes: number
  readonly #bytesPerMs: number
  readonly #line: Waiter[] = []
  /** When all that was let through will have been paid for. */
  #paidAtMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000
    this.turnBytes = Math.max(
      minTurnBytes,
      Math.min(maxTurnBytes, Math.ceil(bytesPerSecond / turnsPerSecond)),
    )
  }

  /** Fulfils when it is this one's turn; `bytes` is at most `turnBytes`. Never rejects: `close` lets everyone through. */
  turn(bytes: number): Promise<void> {
    if (this.tryTake(bytes)) return Promise.resolve()
    return new Promise((resolve) => {
      this.#line.push({ bytes, resolve })
      this.#schedule()
    })
  }

  /** Takes the turn if it is available at once. */
  tryTake(bytes: number): boolean {
    return RateGate.tryTurnAtAll([this], bytes)
  }

  /** Takes a turn at every gate if all of them are free at once; if one refuses, none is charged. */
  static tryTurnAtAll(gates: readonly RateGate[], bytes: number): boolean {
    if (!gates.every((gate) => gate.#isOpen)) return false
    for (const gate of gates) gate.#pay(bytes)
    return true
  }

  get #isOpen(): boolean {
    return this.#line.length === 0 && performance.now() >= this.#paidAtMs
  }

  /** The limit was removed or changed: whoever waits goes on. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { resolve } of this.#line.splice(0)) resolve()
  }

  #pay(bytes: number): void {
    this.#paidAtMs = Math.max(this.#paidAtMs, performance.now() - catchUpMs) + bytes / this.#bytesPerMs
  }

  #schedule(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        while (this.#line.length > 0 && performance.now() >= this.#paidAtMs) {
          const { bytes, resolve } = this.#line.shift() as Waiter
          this.#pay(bytes)
          resolve()
        }
        if (this.#line.length > 0) this.#schedule()
      },
      Math.max(1, this.#paidAtMs - performance.now()),
    )
  }
}
