import type { BedNetwork } from './network.ts'
import { addPorts, allPorts, parsePortRange, type PortSpan, removePorts } from './allowed-ports.ts'

/**
 * The filter a cloud provider puts in front of its machines: TCP connections and UDP packets to other ports than the
 * allowed ones get no answer at all. Open connections are left alone, as real ones leave them. Starts with all ports allowed.
 */
export class SecurityGroup {
  readonly #network: BedNetwork
  #allowed: PortSpan[] = [allPorts]

  private constructor(network: BedNetwork) {
    this.#network = network
  }

  static async open(network: BedNetwork): Promise<SecurityGroup> {
    const group = new SecurityGroup(network)
    await group.#apply()
    return group
  }

  /** Lets both to these ports through: `allow('22', '7000-9000')`. */
  async allow(...ranges: string[]): Promise<void> {
    for (const range of ranges) this.#allowed = addPorts(this.#allowed, parsePortRange(range))
    await this.#apply()
  }

  /** Drops new ones to these ports. */
  async drop(...ranges: string[]): Promise<void> {
    for (const range of ranges) this.#allowed = removePorts(this.#allowed, parsePortRange(range))
    await this.#apply()
  }

  /** Allows these ports and no others. */
  async allowOnly(...ranges: string[]): Promise<void> {
    this.#allowed = []
    await this.allow(...ranges)
  }

  async #apply(): Promise<void> {
    const elements = this.#allowed.map(({ first, last }) => `${first}-${last}`).join(', ')
    const add = elements === '' ? '' : `add element inet bed security_group { ${elements} }`
    await this.#network.nft(`flush set inet bed security_group\n${add}\n`)
  }
}
