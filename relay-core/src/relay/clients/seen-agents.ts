import { networkOf } from '../../net/address/network-of.ts'

/** How long an address counts as an agent's after it was last seen. */
const rememberedMs = 7 * 24 * 60 * 60_000
/** Beyond this, the oldest are forgotten. */
const maxAddresses = 10_000

/** Where agents have proved their keys recently: in a crowd these addresses are let in first. */
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
