import { isIPv4, isIPv6 } from 'node:net'

/** Where a SOCKS5 request or datagram leads (RFC 1928 §5): `type | address | u16be port`. */
export interface SocksAddress {
  /** An address, or a name. */
  readonly host: string
  readonly port: number
}

const addressType = { ipv4: 1, name: 3, ipv6: 4 } as const

/**
 * Reads the address that begins at `at`. A number: so many bytes are needed in all. Null: no such kind of address.
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
  return { host: readHost(type, bytes.subarray(hostAt, portAt)), port: bytes.readUInt16BE(portAt), end }
}

/** The host is an address, not a name. Throws a `RangeError` on a name. */
export function encodeSocksAddress({ host, port }: SocksAddress): Buffer {
  const address = isIPv4(host) ? Buffer.from(host.split('.').map(Number)) : ipv6Bytes(host)
  const portBytes = Buffer.alloc(2)
  portBytes.writeUInt16BE(port)
  const type = address.length === 4 ? addressType.ipv4 : addressType.ipv6
  return Buffer.concat([Buffer.of(type), address, portBytes])
}

function readHost(type: number | undefined, bytes: Buffer): string {
  if (type === addressType.name) return bytes.toString('latin1')
  if (type === addressType.ipv4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  return groups.join(':')
}

function ipv6Bytes(host: string): Buffer {
  const plain = host.replace(/%.*$/, '')
  if (!isIPv6(plain)) throw new RangeError(`${host} is not an address`)
  const [head = '', tail] = plain.split('::')
  const left = groupsOf(head)
  const right = tail === undefined ? [] : groupsOf(tail)
  const gap = Array.from({ length: 8 - left.length - right.length }, () => 0)
  const bytes = Buffer.alloc(16)
  for (const [i, group] of [...left, ...gap, ...right].entries()) bytes.writeUInt16BE(group, i * 2)
  return bytes
}

/** An IPv4 tail, as in `::ffff:1.2.3.4`, is two groups. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}
