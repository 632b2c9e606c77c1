import { networkInterfaces } from 'node:os'
import { type Clock, systemClock } from '../clock.ts'
import { Listeners } from '../listeners.ts'

const pollEveryMs = 5_000
/** A tick this late means that the computer slept: nothing learnt before is worth anything now. */
const sleptAfterMs = 15_000

/**
 * Notices by polling that this computer woke up, or that its addresses changed; no system offers an event for it that
 * works everywhere.
 */
export class NetworkWatch {
  readonly #clock: Clock
  readonly #interfaces: typeof networkInterfaces
  readonly #listeners = new Listeners()
  #addresses: string
  #tickedAtMs: number
  #cancel: () => void = () => undefined

  constructor(options: { clock?: Clock; interfaces?: typeof networkInterfaces } = {}) {
    this.#clock = options.clock ?? systemClock
    this.#interfaces = options.interfaces ?? networkInterfaces
    this.#addresses = this.#read()
    this.#tickedAtMs = this.#clock.now()
  }

  get online(): boolean {
    return this.#addresses !== ''
  }

  /** Calls back on wake and on each change of this computer's addresses. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  start(): void {
    this.#tickedAtMs = this.#clock.now()
    this.#schedule()
  }

  close(): void {
    this.#cancel()
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(pollEveryMs, () => {
      this.#tick()
      this.#schedule()
    })
  }

  #tick(): void {
    const now = this.#clock.now()
    const slept = now - this.#tickedAtMs > sleptAfterMs
    const addresses = this.#read()
    const changed = addresses !== this.#addresses
    this.#tickedAtMs = now
    this.#addresses = addresses
    if (slept || changed) this.#listeners.call()
  }

  #read(): string {
    return Object.entries(this.#interfaces())
      .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
      .filter(
        ({ internal, address }) =>
          !internal && !address.startsWith('169.254.') && !/^fe[89ab]/i.test(address),
      )
      .map(({ name, address }) => `${name}=${address}`)
      .sort()
      .join(' ')
  }
}
