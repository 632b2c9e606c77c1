import { BlockList, isIP } from 'node:net'

/** RFC 1918, RFC 6598 (also what VPNs such as Tailscale use), RFC 4193. */
const privateNetworks = new BlockList()
privateNetworks.addSubnet('10.0.0.0', 8)
privateNetworks.addSubnet('172.16.0.0', 12)
privateNetworks.addSubnet('192.168.0.0', 16)
privateNetworks.addSubnet('100.64.0.0', 10)
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

/** An address that only machines of its own network reach, or those that a VPN brings there. */
export function isPrivateAddress(host: string): boolean {
  const family = isIP(host)
  return family !== 0 && privateNetworks.check(host, family === 6 ? 'ipv6' : 'ipv4')
}
