import type { RemoteShell } from '../ssh/shell/remote-shell.ts'
import { type FirewalldZone, judgeFirewalld, parseFirewalldZone } from './rules/firewalld-zone.ts'
import { judgeIptables, parseIptables } from './rules/iptables-rules.ts'
import { judgeNft, parseNftRuleset } from './rules/nft-ruleset.ts'
import type { Chain, Protocol, Verdict } from './rules/rule-walk.ts'
import { judgeUfw, parseUfwStatus, type UfwStatus } from './rules/ufw-status.ts'
import type { NftTable } from './rules/nft-ruleset.ts'

/** The packet filters active on a machine, as its own tools print them. */
export interface HostFirewall {
  /** The interface that visitors arrive at: the one with the default route. */
  readonly by: string
  readonly ufw: UfwStatus | null
  readonly firewalld: FirewalldZone | null
  readonly nft: readonly NftTable[]
  readonly iptables: ReadonlyMap<string, Chain>
}

export type FirewallTool = 'ufw' | 'firewalld' | 'nftables' | 'iptables'

const readScript = `
PATH="$PATH:/usr/sbin:/sbin"
section() { printf '\\n@@%s\\n' "$1"; }
dev=$(ip route show default 2>/dev/null | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)
section dev; echo "$dev"
section ufw; command -v ufw >/dev/null && ufw status verbose 2>/dev/null
section ufw-added; command -v ufw >/dev/null && ufw show added 2>/dev/null
section firewalld
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; then
  zone=$(firewall-cmd --get-zone-of-interface="$dev" 2>/dev/null) || zone=$(firewall-cmd --get-default-zone)
  firewall-cmd --zone="$zone" --list-all
  section firewalld-permanent; firewall-cmd --permanent --zone="$zone" --list-ports
  section firewalld-services
  for service in $(firewall-cmd --zone="$zone" --list-services); do
    firewall-cmd --info-service="$service" | sed -n 's/^ *ports: //p'
  done
fi
section nft; command -v nft >/dev/null && nft list ruleset 2>/dev/null
section iptables; command -v iptables >/dev/null && iptables -S 2>/dev/null
section end
`

/** Asks every tool that the machine has. Needs root; nothing is changed. */
export async function readHostFirewall(
  shell: RemoteShell,
  { signal }: { signal: AbortSignal },
): Promise<HostFirewall> {
  return parseHostFirewall((await shell.run(readScript, { signal })).stdout)
}

/** The output of the script above. */
export function parseHostFirewall(text: string): HostFirewall {
  const sections = new Map<string, string>()
  for (const part of text.split(/^@@/m).slice(1)) {
    const end = part.indexOf('\n')
    sections.set(part.slice(0, end), part.slice(end + 1))
  }
  const of = (name: string): string => sections.get(name) ?? ''
  const ufw = parseUfwStatus(of('ufw'), of('ufw-added'))
  return {
    by: of('dev').trim() || 'eth0',
    ufw: ufw.active ? ufw : null,
    firewalld: parseFirewalldZone(of('firewalld'), of('firewalld-permanent'), of('firewalld-services')),
    nft: parseNftRuleset(of('nft')),
    iptables: parseIptables(of('iptables')),
  }
}

/** Which tool's rules keep a port shut, and how; null when what arrives there gets through all of them. */
export function judgeHostFirewall(
  firewall: HostFirewall,
  port: number,
  protocol: Protocol = 'tcp',
): { tool: FirewallTool; verdict: Verdict } | null {
  const arrival = { port, protocol, by: firewall.by }
  if (firewall.ufw) {
    const verdict = judgeUfw(firewall.ufw, arrival)
    if (verdict !== 'accept') return { tool: 'ufw', verdict }
  }
  if (firewall.firewalld) {
    const verdict = judgeFirewalld(firewall.firewalld, arrival)
    if (verdict !== 'accept') return { tool: 'firewalld', verdict }
  }
  const others = rawTables(firewall)
  const { verdict, places } = judgeNft(others, arrival)
  // The iptables of today keeps its rules as nftables in a table of this name, and must be the one to change them.
  const isIptables = places.some(({ family, table }) => family === 'ip' && table === 'filter')
  if (verdict !== 'accept')
    return { tool: isIptables && firewall.iptables.size > 0 ? 'iptables' : 'nftables', verdict }
  if (!firewall.ufw && !firewall.firewalld) {
    const old = judgeIptables(firewall.iptables, arrival)
    if (old !== 'accept') return { tool: 'iptables', verdict: old }
  }
  return null
}

/** nftables tables that neither ufw nor firewalld looks after. */
export function rawTables({ ufw, firewalld, nft }: HostFirewall): NftTable[] {
  return nft.filter(
    ({ name }) => !(firewalld && name.startsWith('firewalld')) && !((ufw ?? firewalld) && name === 'filter'),
  )
}
