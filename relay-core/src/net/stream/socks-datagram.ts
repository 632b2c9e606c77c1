import { encodeSocksAddress, parseSocksAddress, type SocksAddress } from '../address/socks-address.ts'

/** A packet of SOCKS5's UDP ASSOCIATE (RFC 1928 §7): `00 00 | frag 00 | address | data`. */
export interface SocksDatagram extends SocksAddress {
  readonly data: Buffer
}

const addressAt = 3

/** Undefined for fragments and for anything that is not such a packet. */
export function decodeSocksDatagram(packet: Buffer): SocksDatagram | undefined {
  if (packet.length < addressAt || packet.readUInt16BE(0) !== 0 || packet[2] !== 0) return undefined
  const address = parseSocksAddress(packet, addressAt)
  if (address === null || typeof address === 'number') return undefined
  return { host: address.host, port: address.port, data: packet.subarray(address.end) }
}

/** The host is an address, not a name: it is where a datagram came from. */
export function encodeSocksDatagram({ host, port, data }: SocksDatagram): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0]), encodeSocksAddress({ host, port }), data])
}
