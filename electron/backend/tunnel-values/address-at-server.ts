import { isLoopback } from '@nps-desktop/relay-core/visitor'
import type { TunnelPlace } from '@nps-desktop/electron/contract'
import { isPrivateAddress } from '../ssh/private-address.ts'

/**
 * What the address at which a server sees this laptop is good for in a list of addresses; `own`: those of this laptop.
 *
 * Over ssh a call comes from the server itself, which says nothing. A private address that this laptop does not have is that of a gateway on the
 * way, such as Docker's in front of nps, or a VPN's: others come with it too.
 */
export function seenAddress(
  address: string | null,
  own: readonly string[],
): Pick<TunnelPlace, 'laptopAddress' | 'gatewayAddress'> {
  if (address === null || isLoopback(address)) return { laptopAddress: null, gatewayAddress: null }
  if (isPrivateAddress(address) && !own.includes(address))
    return { laptopAddress: null, gatewayAddress: address }
  return { laptopAddress: address, gatewayAddress: null }
}
