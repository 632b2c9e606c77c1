import { networkInterfaces } from 'node:os'
import { AddressList } from '../../net/address/address-list.ts'
import type { UdpEndpoint } from './udp-endpoint.ts'

/** No machine of a peer: this machine, this link, groups of machines, addresses of no one. */
const nobodys = new AddressList([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  'fe80::/10',
  'ff00::/8',
])

/** Below it are the services of systems; no router gives such a port to a program that took any free one. */
const minPort = 1024

/**
 * Whether an endpoint may be probed that the peer has named, or has sent from: never this machine, a group of machines or the relay, and
 * no port of a system's service. The system itself refuses the broadcast address of a network of its own.
 */
export function probeRules({
  relay,
  own = ownAddresses(),
}: {
  /** Its addresses, as far as they are known. */
  relay: readonly string[]
  own?: readonly string[]
}): (endpoint: UdpEndpoint) => boolean {
  const others = new AddressList([...relay, ...own])
  return ({ address, port }) => port >= minPort && !nobodys.has(address) && !others.has(address)
}

/** The addresses of this machine at which another one may reach it. */
export function reachableAddresses(): readonly string[] {
  return ownAddresses().filter((address) => !nobodys.has(address))
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address))
}
