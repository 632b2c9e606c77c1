import { isIPv6 } from 'node:net'
import { addressBytes, addressText } from '../../net/address/address-bytes.ts'

/** Where a UDP socket can be reached. */
export interface UdpEndpoint {
  /** Without a zone. */
  readonly address: string
  readonly port: number
}

export type Family = 4 | 6

export function familyOf({ address }: UdpEndpoint): Family {
  return isIPv6(address) ? 6 : 4
}

/** The same text for the same endpoint, however its address is written. */
export function endpointKey({ address, port }: UdpEndpoint): string {
  return `${addressText(addressBytes(address))} ${port}`
}
