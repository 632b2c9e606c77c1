import { networkOf } from '../../net/address/network-of.ts'

/** How long an address counts as one of an agent after it was heard of. */
const rememberedMs = 7 * 24 * 60 * 60_000
/** More are forgotten, the oldest first. */
const maxAddresses = 10_000

/** From where agents have proved their keys lately: in a crowd they are let in first. */
export class SeenAgents {
  readonly #now: () => number
  readonly #seenAtMs = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  add(address: string): void {
    const network = networkOf(address)
    this.#seenAtMs.delete(network)
    this.#seenAtMs.set(network, this.#now())
    const oldest = this.#seenAtMs.keys().next()
    if (this.#seenAtMs.size > maxAddresses && !oldest.done) this.#seenAtMs.delete(oldest.value)
  }

  has(address: string): boolean {
    const seenAtMs = this.#seenAtMs.get(networkOf(address))
    return seenAtMs !== undefined && this.#now() - seenAtMs < rememberedMs
  }
}
