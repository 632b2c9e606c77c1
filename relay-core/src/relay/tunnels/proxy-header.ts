import { isIPv6 } from 'node:net'
import { addressBytes } from '../../net/address/address-bytes.ts'

export interface EndPoint {
  readonly address: string
  readonly port: number
}

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

/**
 * The PROXY protocol's header (haproxy.org/download/2.9/doc/proxy-protocol.txt), which tells a service who the
 * visitor is and which port was visited.
 */
export function proxyHeader(version: 'v1' | 'v2', from: EndPoint, to: EndPoint): Buffer {
  const isSix = isIPv6(from.address) || isIPv6(to.address)
  return version === 'v1' ? text(from, to, isSix) : binary(from, to, isSix)
}

function text(from: EndPoint, to: EndPoint, isSix: boolean): Buffer {
  const addresses = [from.address, to.address].map((address) => (isSix ? asIPv6(address) : address))
  return Buffer.from(`PROXY TCP${isSix ? 6 : 4} ${addresses.join(' ')} ${from.port} ${to.port}\r\n`)
}

function binary(from: EndPoint, to: EndPoint, isSix: boolean): Buffer {
  const addresses = [from.address, to.address].map((address) =>
    addressBytes(isSix ? asIPv6(address) : address),
  )
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(from.port, 0)
  ports.writeUInt16BE(to.port, 2)
  const body = Buffer.concat([...addresses, ports])
  // 0x21: version 2, PROXY; 0x11 and 0x21: TCP over IPv4 and IPv6
  const head = Buffer.of(0x21, isSix ? 0x21 : 0x11, body.length >> 8, body.length & 0xff)
  return Buffer.concat([signature, head, body])
}

function asIPv6(address: string): string {
  return isIPv6(address) ? address : `::ffff:${address}`
}
