import { addressText, mappedPrefix } from './address-bytes.ts'

/** The address of a socket as /proc/net/tcp and tcp6 have it: hex, each 32 bits in the byte order of the machine, here the usual one. */
export function procAddress(hex: string): string {
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) =>
    [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)),
  )
  const address = Buffer.from(bytes)
  return addressText(address.indexOf(mappedPrefix) === 0 ? address.subarray(mappedPrefix.length) : address)
}

/**
 * Where a tunnel to a socket of that address leads: to loopback for one that listens everywhere, since a target is dialled from its own machine. One that
 * listens on every IPv6 address takes IPv4 too unless it was told otherwise (bindv6only).
 */
export function dialledAddress(address: string): string {
  if (/^[0:.]+$/.test(address) || address.startsWith('127.')) return '127.0.0.1'
  return address === '0:0:0:0:0:0:0:1' ? '::1' : address
}
