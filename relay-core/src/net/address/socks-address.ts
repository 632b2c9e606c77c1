import { addressBytes, addressText } from './address-bytes.ts'

/** Where a SOCKS5 request or datagram leads (RFC 1928 §5): `type | address | u16be port`. */
export interface SocksAddress {
  /** An address, or a name. */
  readonly host: string
  readonly port: number
}

const addressType = { ipv4: 1, name: 3, ipv6: 4 } as const

/**
 * Reads the address that begins at `at`. A number: this many bytes are needed in total. Null: no such kind of address.
 * `end` is where the bytes after it begin.
 */
export function parseSocksAddress(
  bytes: Buffer,
  at: number,
): (SocksAddress & { readonly end: number }) | number | null {
  if (bytes.length < at + 2) return at + 2
  const type = bytes[at]
  const hostAt = type === addressType.name ? at + 2 : at + 1
  const hostBytes =
    type === addressType.ipv4
      ? 4
      : type === addressType.ipv6
        ? 16
        : type === addressType.name
          ? (bytes[at + 1] ?? 0)
          : 0
  if (hostBytes === 0) return null
  const portAt = hostAt + hostBytes
  const end = portAt + 2
  if (bytes.length < end) return end
  const hostField = bytes.subarray(hostAt, portAt)
  const host = type === addressType.name ? hostField.toString('latin1') : addressText(hostField)
  return { host, port: bytes.readUInt16BE(portAt), end }
}

/** The host is an address, not a name. Throws a `RangeError` on a name. */
export function encodeSocksAddress({ host, port }: SocksAddress): Buffer {
  const address = addressBytes(host)
  const portBytes = Buffer.alloc(2)
  portBytes.writeUInt16BE(port)
  const type = address.length === 4 ? addressType.ipv4 : addressType.ipv6
  return Buffer.concat([Buffer.of(type), address, portBytes])
}
