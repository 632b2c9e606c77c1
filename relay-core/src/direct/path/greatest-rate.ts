import type { DeliveryRate } from './delivery.ts'

/** The greatest delivery rate of the last ten round trips: what the way carries, as BBR sees it. */
const rounds = 10

export class GreatestRate {
  /** The greatest first, each one newer than the one before. */
  readonly #rates: { readonly round: number; readonly bytesPerMs: number }[] = []

  /** 0 before the first. */
  get bytesPerMs(): number {
    return this.#rates[0]?.bytesPerMs ?? 0
  }

  add({ bytesPerMs, isAppLimited }: DeliveryRate, round: number): void {
    if (isAppLimited && bytesPerMs <= this.bytesPerMs) return
    while ((this.#rates[0]?.round ?? round) < round - rounds) this.#rates.shift()
    while ((this.#rates.at(-1)?.bytesPerMs ?? Number.POSITIVE_INFINITY) <= bytesPerMs) this.#rates.pop()
    this.#rates.push({ round, bytesPerMs })
  }
}
