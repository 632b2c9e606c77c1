import { isIP } from 'node:net'

/** Stores an address to listen on, or returns what was expected. Empty: every IPv4 address, as in stock. */
export function readListenAddress(value: string, put: (ip: string) => void): string | undefined {
  const ip = value === '' ? '0.0.0.0' : value.replace(/^\[(.*)\]$/, '$1')
  if (ip.toLowerCase() === 'localhost') {
    put('127.0.0.1')
    return undefined
  }
  if (isIP(ip) === 0) return 'an IP address of this machine, or localhost'
  put(ip)
  return undefined
}
