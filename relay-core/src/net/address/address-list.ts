import { BlockList, isIPv6 } from 'node:net'
import { plainAddress, withoutZone } from './plain-address.ts'

/** A set of addresses and networks, IPv4 and IPv6. */
export class AddressList {
  readonly isEmpty: boolean
  readonly #list = new BlockList()

  /** Each an address or a network in CIDR form, already checked. */
  constructor(ranges: readonly string[]) {
    this.isEmpty = ranges.length === 0
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/')
      const family = isIPv6(address) ? 'ipv6' : 'ipv4'
      if (prefix === undefined) this.#list.addAddress(address, family)
      else this.#list.addSubnet(address, Number(prefix), family)
    }
  }

  /** An IPv4 visitor of an IPv6 socket shows as `::ffff:203.0.113.7` and counts as IPv4. */
  has(address: string): boolean {
    const plain = plainAddress(withoutZone(address))
    return this.#list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}
