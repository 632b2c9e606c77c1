import { isIP } from 'node:net'
import { addressBytes, addressText } from '../../../net/address/address-bytes.ts'
import { AddressList } from '../../../net/address/address-list.ts'
import { plainAddress, withoutZone } from '../../../net/address/plain-address.ts'
import { dialledAddress } from '../../../net/address/proc-address.ts'

/** Loopback, and networks without public addresses: RFC 1918, RFC 6598, and for IPv6 RFC 4193. */
const near = new AddressList([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1',
  'fc00::/7',
])

/** Where a tunnel to a socket at this address, in brackets or not, leads; null for a public one, and for what is no address. */
export function nearHost(address: string): string | null {
  const plain = plainAddress(withoutZone(address.replace(/^\[|\]$/g, '')))
  if (isIP(plain) === 0) return null
  const host = dialledAddress(addressText(addressBytes(plain)))
  return near.has(host) ? host : null
}
