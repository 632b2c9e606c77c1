import type { PortRange } from '@nps-desktop/electron/contract'
import { type FirewallTool, type HostFirewall, judgeHostFirewall, rawTables } from './host-firewall.ts'
import { judgeNft, type NftPlace } from './nft-ruleset.ts'

/** Everything that has to be let in: the bridge and the tunnels. */
export interface Opening {
  readonly bridgePort: number
  readonly range: PortRange
}

/**
 * A change that lets ports in by adding accept rules, nothing else. `record` is kept so that `undoScript` can take
 * exactly that back; a rule that was there before is not recorded by the script (it prints `added` when it added).
 */
export interface FirewallChange {
  readonly tool: FirewallTool
  /** For the screen: what a person would type. */
  readonly command: string
  readonly script: string
  readonly record: string
}

const path = 'PATH="$PATH:/usr/sbin:/sbin"'
/** Marks our rules in the filters that know comments. */
const mark = 'nps-desktop'

/** What to add so that both the bridge and the range get through; empty when nothing is in the way. */
export function changesFor(firewall: HostFirewall, { bridgePort, range }: Opening): FirewallChange[] {
  const ports = [String(bridgePort), `${range.from}-${range.to}`]
  const blocking = new Map<FirewallTool, number[]>()
  for (const port of [bridgePort, ...samplePorts(range)]) {
    const judged = judgeHostFirewall(firewall, port)
    if (judged) blocking.set(judged.tool, [...(blocking.get(judged.tool) ?? []), port])
  }
  return [...blocking].flatMap(([tool, shut]) => {
    const needed = ports.filter((entry, index) =>
      index === 0 ? shut.includes(bridgePort) : shut.some((port) => port !== bridgePort),
    )
    switch (tool) {
      case 'ufw':
        return needed.map((entry) => ufwChange(entry.replace('-', ':')))
      case 'firewalld':
        return needed.map((entry) => firewalldChange(firewall.firewalld?.name ?? 'public', entry))
      case 'nftables': {
        const { places } = judgeNft(rawTables(firewall), { port: shut[0] ?? bridgePort, by: firewall.by })
        return places.map((place) => nftChange(place, needed))
      }
      case 'iptables':
        return [iptablesChange(needed.map((entry) => entry.replace('-', ':')))]
    }
  })
}

/** Every port matters, but rules are about ranges: both ends and a few between show them. */
function samplePorts({ from, to }: PortRange): number[] {
  const step = Math.max(1, Math.floor((to - from) / 20))
  const ports: number[] = []
  for (let port = from; port < to; port += step) ports.push(port)
  return [...ports, to]
}

function ufwChange(spec: string): FirewallChange {
  const command = `ufw allow ${spec}/tcp`
  return {
    tool: 'ufw',
    command,
    script: `${path}\nout=$(${command}) || exit 1\ncase "$out" in *Skipping*) ;; *) echo added;; esac`,
    record: `ufw ${spec}/tcp`,
  }
}

function firewalldChange(zone: string, spec: string): FirewallChange {
  const port = `--zone=${zone} --add-port=${spec}/tcp`
  return {
    tool: 'firewalld',
    command: `firewall-cmd --permanent ${port} && firewall-cmd ${port}`,
    script: `${path}\nfirewall-cmd --zone=${zone} --query-port=${spec}/tcp >/dev/null && exit 0\nfirewall-cmd --permanent ${port} >/dev/null && firewall-cmd ${port} >/dev/null && echo added`,
    record: `firewalld ${zone} ${spec}/tcp`,
  }
}

function nftChange({ family, table, chain }: NftPlace, ports: string[]): FirewallChange {
  const rule = `insert rule ${family} ${table} ${chain} tcp dport { ${ports.join(', ')} } accept comment "${mark}"`
  return {
    tool: 'nftables',
    command: `nft '${rule}'`,
    // Where the service loads /etc/nftables.conf at boot, the line has to stand there too: at its end, so that
    // nothing of it is touched, and only when the file with the line is still valid.
    script: `${path}
nft '${rule}' || exit 1
echo added
conf=/etc/nftables.conf
[ -f "$conf" ] && systemctl is-enabled nftables >/dev/null 2>&1 || exit 0
cp -p "$conf" "$conf.${mark}" && printf '%s # ${mark}\\n' '${rule}' >> "$conf.${mark}" && nft -c -f "$conf.${mark}" && mv -f "$conf.${mark}" "$conf" || rm -f "$conf.${mark}"`,
    record: `nftables ${family} ${table} ${chain}`,
  }
}

function iptablesChange(ports: string[]): FirewallChange {
  const rule = `-p tcp -m multiport --dports ${ports.join(',')} -m comment --comment ${mark} -j ACCEPT`
  return {
    tool: 'iptables',
    command: `iptables -I INPUT ${rule}`,
    // iptables-persistent and the old Red Hat service load a file at boot; -I in it does the same as by hand.
    script: `${path}
iptables -C INPUT ${rule} 2>/dev/null && exit 0
iptables -I INPUT ${rule} || exit 1
echo added
for conf in /etc/iptables/rules.v4 /etc/sysconfig/iptables; do
  [ -f "$conf" ] || continue
  cp -p "$conf" "$conf.${mark}" && awk '/^\\*/{t=$0} t=="*filter" && /^COMMIT/{print "-I INPUT 1 ${rule}"} {print}' "$conf" > "$conf.${mark}" && iptables-restore -t < "$conf.${mark}" && mv -f "$conf.${mark}" "$conf" || rm -f "$conf.${mark}"
done
exit 0`,
    record: 'iptables INPUT',
  }
}

/** Takes back exactly what `record` stands for; a rule that is gone already is fine. */
export function undoScript(record: string): string {
  const [tool, ...rest] = record.split(' ')
  switch (tool) {
    case 'ufw':
      return `${path}\nufw delete allow ${rest[0] ?? ''}`
    case 'firewalld': {
      const port = `--zone=${rest[0] ?? ''} --remove-port=${rest[1] ?? ''}`
      return `${path}\nfirewall-cmd --permanent ${port} >/dev/null; firewall-cmd ${port} >/dev/null; :`
    }
    case 'nftables': {
      const chain = rest.join(' ')
      return `${path}
for handle in $(nft -a list chain ${chain} 2>/dev/null | sed -n 's/.*comment "${mark}".* # handle \\([0-9]*\\)$/\\1/p'); do nft delete rule ${chain} handle "$handle" || exit 1; done
[ ! -f /etc/nftables.conf ] || sed -i '/# ${mark}$/d' /etc/nftables.conf`
    }
    case 'iptables':
      return `${path}
iptables -S INPUT | grep -- '--comment "\\{0,1\\}${mark}"\\{0,1\\} ' | sed 's/^-A/-D/' | while read -r rule; do eval "iptables $rule" || exit 1; done
for conf in /etc/iptables/rules.v4 /etc/sysconfig/iptables; do [ ! -f "$conf" ] || sed -i '/--comment ${mark} /d' "$conf"; done`
    default:
      throw new Error(`no way is known to take back the firewall rule "${record}"`)
  }
}
