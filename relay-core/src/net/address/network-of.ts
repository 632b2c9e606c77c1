import { isIPv4, isIPv6 } from 'node:net'
import { withoutZone } from './plain-address.ts'
import { addressBytes, addressText, mappedPrefix } from './address-bytes.ts'

/** A home has a whole IPv6 /64 to itself, so that counts as one address. */
const homeBits = 64

/**
 * What an address is counted by: an IPv4 address as it is, also IPv4-mapped, and the first `bits` of an IPv6 address.
 * The same network always has the same text, however its addresses are written; what is not an address counts as itself.
 */
export function networkOf(address: string, bits = homeBits): string {
  const plain = withoutZone(address)
  if (!isIPv6(plain)) return plain
  const bytes = addressBytes(plain)
  if (bytes.indexOf(mappedPrefix) === 0) return addressText(bytes.subarray(mappedPrefix.length))
  for (const [at, byte] of bytes.entries()) {
    const keptBits = Math.max(0, Math.min(8, bits - at * 8))
    bytes[at] = byte & (0xff << (8 - keptBits))
  }
  return `${addressText(bytes)}/${bits}`
}

/**
 * The networks that an address is in, from that of one holder to the largest that one customer is given: for IPv4 the address and its /24; for
 * IPv6 the /64 of a home, the /56 and the /48 (RFC 6177).
 */
export function networksOf(address: string): readonly [string, ...string[]] {
  const home = networkOf(address)
  if (isIPv4(home)) return [home, `${home.slice(0, home.lastIndexOf('.'))}/24`]
  return [home, networkOf(address, 56), networkOf(address, 48)]
}
