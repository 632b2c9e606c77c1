import { RelayError } from '../../api/errors.ts'
import { every } from '../../async/time/every.ts'
import { untilSettled } from '../../async/wait/until-settled.ts'
import type { Carrier } from './carrier.ts'
import { carriersToAskFor, carriersToClose, poolLimits } from './pool-policy.ts'

/** How often idle carriers that nobody needed are looked for. */
const trimIntervalMs = 30_000

/** How long requested carriers may take before they are requested again. */
const retryDelayMs = 3_000

interface Waiter {
  readonly resolve: (carrier: Carrier) => void
  readonly reject: (error: Error) => void
}

/** The carriers of one session, on the relay: idle ones ready to take, the last used first. */
export class CarrierPool {
  readonly #ask: (count: number) => void
  readonly #all = new Set<Carrier>()
  readonly #idle: Carrier[] = []
  readonly #waiters = new Set<Waiter>()
  readonly #trimming: Disposable
  #askTimer: NodeJS.Timeout | undefined
  #asked = 0
  /** The fewest idle carriers since the last trim: these were never needed. */
  #minIdle = 0
  #closed = false
  #settleDrained: () => void = () => undefined
  /** Fulfils when the pool is closed and the last stream has ended. */
  readonly drained: Promise<void>

  /** `ask` requests this many more from the agent; they arrive through `add`. */
  constructor(ask: (count: number) => void) {
    this.#ask = ask
    this.drained = new Promise((resolve) => (this.#settleDrained = resolve))
    this.#trimming = every(trimIntervalMs, () => this.#trim())
  }

  /** Asks for the first carriers. */
  start(): void {
    this.#askIfNeeded()
  }

  /** Whether one more carrier may be added next to `others`; the agent brings no more than it was asked for. */
  hasRoom(others: number): boolean {
    return !this.#closed && this.#all.size + others < poolLimits.maxCarriers
  }

  /** The number of carriers. */
  get size(): number {
    return this.#all.size
  }

  /** A new carrier has arrived, idle. */
  add(carrier: Carrier): void {
    this.#all.add(carrier)
    this.#asked = Math.max(0, this.#asked - 1)
    void carrier.framed.closed.then(() => this.#remove(carrier))
    this.release(carrier)
  }

  /** An idle carrier; waits for one if there is none. Rejects with `limit-reached`, `agent-offline` or the signal's reason. */
  take(signal: AbortSignal): Promise<Carrier> {
    signal.throwIfAborted()
    if (this.#closed) return Promise.reject(agentGone())
    const carrier = this.#takeIdle()
    if (carrier) {
      this.#askIfNeeded()
      return Promise.resolve(carrier)
    }
    if (this.#waiters.size + this.#all.size >= poolLimits.maxCarriers) {
      return Promise.reject(
        new RelayError(
          'limit-reached',
          `The lab box has ${poolLimits.maxCarriers} streams open, the most there can be.`,
          {
            limit: poolLimits.maxCarriers,
          },
        ),
      )
    }
    return this.#wait(signal)
  }

  /** A carrier whose stream has ended can serve the next one. */
  release(carrier: Carrier): void {
    if (carrier.framed.isClosed || carrier.isBusy) return
    if (this.#closed || carrier.framed.isSpent) {
      carrier.framed.end()
      return
    }
    const [waiter] = this.#waiters
    if (waiter) {
      this.#waiters.delete(waiter)
      waiter.resolve(carrier)
    } else {
      this.#idle.push(carrier)
    }
    this.#askIfNeeded()
  }

  /** No new streams begin; those under way go on until they end. Idempotent. */
  retire(): void {
    this.#closed = true
    this.#trimming[Symbol.dispose]()
    clearTimeout(this.#askTimer)
    for (const waiter of this.#waiters) waiter.reject(agentGone())
    this.#waiters.clear()
    for (const carrier of this.#all) {
      if (!carrier.isNeeded) carrier.framed.destroy()
      else if (!carrier.isBusy) carrier.framed.end()
    }
    this.#settleIfDrained()
  }

  /** Ends all carriers, and with them their streams. Idempotent. */
  close(): void {
    this.retire()
    for (const carrier of this.#all) carrier.framed.destroy()
  }

  #settleIfDrained(): void {
    if (this.#closed && this.#all.size === 0) this.#settleDrained()
  }

  #takeIdle(): Carrier | undefined {
    let carrier = this.#idle.pop()
    while (carrier && !carrier.isIdle) carrier = this.#idle.pop()
    this.#minIdle = Math.min(this.#minIdle, this.#idle.length)
    return carrier
  }

  #wait(signal: AbortSignal): Promise<Carrier> {
    return untilSettled<Carrier>(
      (resolve, reject) => {
        const waiter: Waiter = { resolve, reject }
        this.#waiters.add(waiter)
        this.#askIfNeeded()
        return () => this.#waiters.delete(waiter)
      },
      { signal },
    )
  }

  #askIfNeeded(): void {
    if (this.#closed) return
    const count = carriersToAskFor({
      total: this.#all.size,
      idle: this.#idle.length,
      waiting: this.#waiters.size,
      asked: this.#asked,
    })
    if (count === 0) return
    this.#asked += count
    this.#ask(count)
    this.#askTimer ??= setTimeout(() => {
      // What has not arrived by now was lost or could not be dialled; nobody must wait for it.
      this.#askTimer = undefined
      this.#asked = 0
      this.#askIfNeeded()
    }, retryDelayMs)
  }

  #remove(carrier: Carrier): void {
    this.#all.delete(carrier)
    this.#settleIfDrained()
    const at = this.#idle.indexOf(carrier)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#askIfNeeded()
  }

  #trim(): void {
    const count = carriersToClose({
      total: this.#all.size,
      idle: this.#idle.length,
      minIdle: this.#minIdle,
    })
    // The oldest idle ones are at the front: the most recently used are taken first.
    for (const carrier of this.#idle.slice(0, count)) carrier.framed.destroy()
    this.#minIdle = this.#idle.length - count
  }
}

function agentGone(): RelayError {
  return new RelayError('agent-offline', 'The lab box lost its link to the relay.')
}
