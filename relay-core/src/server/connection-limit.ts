import { networkOf } from '../transport/network-of.ts'

/** Counts the connections that have not proved who they are, in all and by where they come from. */
export class ConnectionLimit {
  readonly #perAddress: number
  readonly #total: number
  readonly #byAddress = new Map<string, number>()
  #all = 0

  constructor({ perAddress, total }: { perAddress: number; total: number }) {
    this.#perAddress = perAddress
    this.#total = total
  }

  /** Takes a place, or undefined when there is none. Calling the answer twice gives the place back once. */
  enter(address: string): (() => void) | undefined {
    const network = networkOf(address)
    const here = this.#byAddress.get(network) ?? 0
    if (here >= this.#perAddress || this.#all >= this.#total) return undefined
    this.#byAddress.set(network, here + 1)
    this.#all += 1
    let left = false
    return () => {
      if (left) return
      left = true
      this.#all -= 1
      const others = (this.#byAddress.get(network) ?? 1) - 1
      if (others === 0) this.#byAddress.delete(network)
      else this.#byAddress.set(network, others)
    }
  }
}
