import { isIPv4, isIPv6 } from 'node:net'

/** A packet of SOCKS5's UDP ASSOCIATE (RFC 1928 §7): `00 00 | frag 00 | atyp | address | u16be port | data`. */
export interface SocksDatagram {
  readonly host: string
  readonly port: number
  readonly data: Buffer
}

const addressType = { ipv4: 1, name: 3, ipv6: 4 } as const

/** Undefined for fragments and for anything else that is no such packet. */
export function decodeSocksDatagram(packet: Buffer): SocksDatagram | undefined {
  if (packet.length < 7 || packet.readUInt16BE(0) !== 0 || packet[2] !== 0) return undefined
  const type = packet[3]
  const hostAt = type === addressType.name ? 5 : 4
  const hostBytes =
    type === addressType.ipv4
      ? 4
      : type === addressType.ipv6
        ? 16
        : type === addressType.name
          ? (packet[4] as number)
          : 0
  const portAt = hostAt + hostBytes
  if (hostBytes === 0 || packet.length < portAt + 2) return undefined
  return {
    host: readHost(type, packet.subarray(hostAt, portAt)),
    port: packet.readUInt16BE(portAt),
    data: packet.subarray(portAt + 2),
  }
}

/** The host is an address, not a name: it is where a datagram came from. */
export function encodeSocksDatagram({ host, port, data }: SocksDatagram): Buffer {
  const address = isIPv4(host) ? Buffer.from(host.split('.').map(Number)) : ipv6Bytes(host)
  const head = Buffer.from([0, 0, 0, address.length === 4 ? addressType.ipv4 : addressType.ipv6])
  const portBytes = Buffer.alloc(2)
  portBytes.writeUInt16BE(port)
  return Buffer.concat([head, address, portBytes, data])
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
