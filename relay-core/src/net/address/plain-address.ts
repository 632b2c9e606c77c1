/** An address as people write it: an IPv4 peer of an IPv6 socket shows as `::ffff:203.0.113.7`, and is `203.0.113.7`. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

/** The address of a peer that is written `address:port`, without brackets. */
export function hostOf(peer: string): string {
  return plainAddress(peer.slice(0, peer.lastIndexOf(':')))
}

/** The address without the zone that an IPv6 address of one link may name, as `fe80::1%eth0` does. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, '')
}

/** The address of a connection's other end as people write it; undefined once that has gone. */
export function peerAddress({
  remoteAddress,
}: {
  readonly remoteAddress?: string | undefined
}): string | undefined {
  return remoteAddress === undefined ? undefined : plainAddress(remoteAddress)
}
