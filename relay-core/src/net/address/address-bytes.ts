import { isIPv4, isIPv6 } from 'node:net'
import { withoutZone } from './plain-address.ts'

/** The prefix of an IPv4-mapped IPv6 address, as in `::ffff:203.0.113.7`. */
export const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex')

/**
 * The bytes of an address: 4 of IPv4, 16 of IPv6 (RFC 4291 §2.2), which may end in an IPv4 address and name a zone, as
 * `fe80::1%eth0` does; that is left out. @throws RangeError if it is not an address
 */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(bytesOf4(address))
  if (!isIPv6(address)) throw new RangeError(`${address} is not an address`)
  const [left = [], right = []] = withoutZone(address).split('::').map(bytesOfGroups)
  const zeros = Array<number>(16 - left.length - right.length).fill(0)
  return Buffer.from([...left, ...zeros, ...right])
}

/** The address of 4 or 16 bytes: always the same text for the same bytes, with no group left out. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':')
}

function bytesOf4(text: string): number[] {
  return text.split('.').map(Number)
}

function bytesOfGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (isIPv4(group)) return bytesOf4(group)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
