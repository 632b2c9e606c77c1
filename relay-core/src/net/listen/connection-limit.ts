import { networksOf } from '../address/network-of.ts'

export interface ConnectionLimitOptions {
  /** From one address, of IPv6 from one /64. Its larger networks may have twice and four times as many. */
  readonly perAddress: number
  readonly total: number
  /** Addresses for which `kept` more slots are available when all others are taken. */
  readonly isKnown?: (address: string) => boolean
  readonly kept?: number
}

/** The slot of one connection, until it leaves. */
export interface ConnectionSlot {
  /** It has sent something that makes sense: others have to go first. */
  spoke(): void
  /** It has proved itself: it is never dropped any more, and still counts. */
  keep(): void
  /** Idempotent. */
  leave(): void
}

interface Holder {
  readonly networks: readonly string[]
  drop: (() => void) | undefined
  isSilent: boolean
}

/**
 * The slots of connections that have not proved who they are. When all are taken, or those of a network, another connection has to go: the
 * oldest that has said nothing, of the network that has the most. So a crowd from a few networks displaces itself, and silence cannot shut anybody out.
 */
export class ConnectionLimit {
  readonly #options: ConnectionLimitOptions
  /** In the order in which they came. */
  readonly #holders = new Set<Holder>()
  readonly #byNetwork = new Map<string, number>()

  constructor(options: ConnectionLimitOptions) {
    this.#options = options
  }

  /** Takes a slot; undefined when there is none. `drop` ends the connection; without it, the connection is never dropped. */
  enter(address: string, drop?: () => void): ConnectionSlot | undefined {
    const networks = networksOf(address)
    const full = networks.findIndex((network, at) => this.#count(network) >= this.#most(at))
    if (full >= 0 && !this.#makeRoomIn(networks[full] ?? '')) return undefined
    if (this.#holders.size >= this.#room(address) && !this.#makeRoomFor(networks)) return undefined
    const holder: Holder = { networks, drop, isSilent: true }
    this.#holders.add(holder)
    for (const network of networks) this.#byNetwork.set(network, this.#count(network) + 1)
    return {
      spoke: () => {
        holder.isSilent = false
      },
      keep: () => {
        holder.drop = undefined
      },
      leave: () => this.#leave(holder),
    }
  }

  #room(address: string): number {
    const { total, isKnown, kept = 0 } = this.#options
    return isKnown?.(address) ? total + kept : total
  }

  #most(at: number): number {
    return this.#options.perAddress * 2 ** at
  }

  #count(network: string): number {
    return this.#byNetwork.get(network) ?? 0
  }

  #makeRoomIn(network: string): boolean {
    for (const holder of this.#holders)
      if (holder.isSilent && holder.drop && holder.networks.includes(network)) return this.#displace(holder)
    return false
  }

  /** For a newcomer from these networks. A connection that has sent something goes only if its network has more than the newcomer's. */
  #makeRoomFor([own = '']: readonly string[]): boolean {
    let found: Holder | undefined
    let most = 0
    for (const holder of this.#holders) {
      const count = this.#count(holder.networks[0] ?? '')
      if (!holder.drop || !(holder.isSilent || count > this.#count(own) + 1)) continue
      // Among equals the silent first, and of these the oldest.
      if (!found || count > most || (count === most && holder.isSilent && !found.isSilent)) {
        found = holder
        most = count
      }
    }
    return found ? this.#displace(found) : false
  }

  #displace(holder: Holder): boolean {
    this.#leave(holder)
    holder.drop?.()
    return true
  }

  #leave(holder: Holder): void {
    if (!this.#holders.delete(holder)) return
    for (const network of holder.networks) {
      const others = this.#count(network) - 1
      if (others === 0) this.#byNetwork.delete(network)
      else this.#byNetwork.set(network, others)
    }
  }
}
