import { isIPv4, isIPv6 } from 'node:net'

/** One home has a whole /64 of IPv6 to itself, so that is what counts as one address. */
const homeBits = 64

/**
 * What an address is counted by: an IPv4 address as it is, also in IPv6 clothes, and of an IPv6 address its first `bits`.
 * The same network always has the same text, however its addresses are written; what is no address is its own.
 */
export function networkOf(address: string, bits = homeBits): string {
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return plain
  const groups = groupsOf(plain)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >>> 8, group & 0xff])
      .join('.')
  const kept = groups.map((group, index) => {
    const left = Math.max(0, Math.min(16, bits - index * 16))
    return group & (0xffff << (16 - left)) & 0xffff
  })
  return `${kept.map((group) => group.toString(16)).join(':')}/${bits}`
}

/**
 * The networks that an address is in, from what one holder has to the largest that one customer is given: of IPv4 the address and its /24; of
 * IPv6 the /64 of a home, the /56 and the /48 (RFC 6177).
 */
export function networksOf(address: string): readonly [string, ...string[]] {
  const home = networkOf(address)
  if (isIPv4(home)) return [home, `${home.slice(0, home.lastIndexOf('.'))}/24`]
  return [home, networkOf(address, 56), networkOf(address, 48)]
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2), which may end in an IPv4 address. */
function groupsOf(address: string): number[] {
  const [left = [], right = []] = address.split('::').map(readGroups)
  const zeros = Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0)
  return [...left, ...zeros, ...right]
}

function readGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
