import type { PortRange } from '@nps-desktop/electron/contract'
import { firewalldRuleAgainst, isListed } from './rules/firewalld-zone.ts'
import { type FirewallTool, type HostFirewall, judgeHostFirewall, rawTables } from './host-firewall.ts'
import { judgeNft, type NftPlace } from './rules/nft-ruleset.ts'
import type { Protocol } from './rules/rule-walk.ts'
import { replacedByAllow, ufwRuleAgainst } from './rules/ufw-status.ts'

/** The ports that have to be open: by TCP the bridge and the tunnels. */
export interface PortOpening {
  readonly bridgePort: number
  readonly range: PortRange
  /** By UDP, ascending; none where nps answers at none. */
  readonly rendezvous: readonly number[]
}

/**
 * A change that lets ports in by adding accept rules, nothing else. `record` is kept so that `undoScript` can take
 * exactly that back; a rule that was there before is not recorded by the script (it prints `added` when it added).
 */
export interface FirewallChange {
  readonly tool: FirewallTool
  /** For the screen: the command a person would type. */
  readonly command: string
  readonly script: string
  readonly record: string
  /** A rule of somebody else's that shuts these ports, and that the command would replace or pass by; the script must not run then. */
  readonly kept?: string | null
}

const path = 'PATH="$PATH:/usr/sbin:/sbin"'
/** Marks our rules in the filters that know comments. */
const mark = 'nps-desktop'

/** What to add so that all of them are reachable; empty when nothing blocks them. */
export function changesFor(
  firewall: HostFirewall,
  { bridgePort, range, rendezvous }: PortOpening,
): FirewallChange[] {
  const tunnels = new Set([bridgePort, ...portsOf(range)])
  return [
    ...changesOf(firewall, 'tcp', tunnels, (shut) => neededRanges(shut, { bridgePort, range })),
    ...changesOf(firewall, 'udp', new Set(rendezvous), () => runsOf(rendezvous)),
  ]
}

/** `needed`: what to let in, of all ports that are wanted, where one tool keeps these shut. */
function changesOf(
  firewall: HostFirewall,
  protocol: Protocol,
  wanted: ReadonlySet<number>,
  needed: (shut: ReadonlySet<number>) => PortRange[],
): FirewallChange[] {
  const shut = new Map<FirewallTool, Set<number>>()
  for (const port of wanted) {
    const tool = judgeHostFirewall(firewall, port, protocol)?.tool
    if (tool !== undefined) shut.set(tool, (shut.get(tool) ?? new Set()).add(port))
  }
  return [...shut].flatMap(([tool, ports]) => {
    const ranges = needed(ports)
    switch (tool) {
      case 'ufw':
        return ranges.map((one) => {
          const spec = `${spellRange(one, ':')}/${protocol}`
          const replaced = firewall.ufw && replacedByAllow(firewall.ufw, spec)
          if (replaced) return { ...ufwChange(spec), kept: replaced }
          const above = ruleAgainstAll(
            one,
            ports,
            (port) => firewall.ufw && ufwRuleAgainst(firewall.ufw, { port, protocol, by: firewall.by }),
          )
          return above === null
            ? { ...ufwChange(spec), kept: null }
            : { ...ufwChange(spec), command: `ufw insert 1 allow ${spec}`, kept: above }
        })
      case 'firewalld': {
        // firewalld merges adjacent and overlapping ranges, so only what is not there yet can be removed again.
        // That holds for each of its two sets, of which the permanent one may have more than is loaded.
        const { name = 'public', permanentPorts = [] } = firewall.firewalld ?? {}
        const [refused] = ranges.flatMap((one) => {
          const rule = ruleAgainstAll(
            one,
            ports,
            (port) => firewall.firewalld && firewalldRuleAgainst(firewall.firewalld, { port, protocol }),
          )
          return rule ?? []
        })
        if (refused !== undefined) return [richRuleChange(name, refused)]
        const missing = ranges.map((one) => portsOf(one).filter((port) => ports.has(port)))
        const isKept = (port: number): boolean => isListed(permanentPorts, { port, protocol })
        const inNeither = missing.flatMap((some) => runsOf(some.filter((port) => !isKept(port))))
        const notLoaded = missing.flatMap((some) => runsOf(some.filter(isKept)))
        const change = (one: PortRange, set: FirewalldSet): FirewallChange =>
          firewalldChange(name, `${spellRange(one, '-')}/${protocol}`, set)
        return [
          ...inNeither.flatMap((one) => [change(one, 'permanent'), change(one, 'runtime')]),
          ...notLoaded.map((one) => change(one, 'runtime')),
        ]
      }
      case 'nftables': {
        const places = [...ports].flatMap(
          (port) => judgeNft(rawTables(firewall), { port, protocol, by: firewall.by }).places,
        )
        const distinct = new Map(places.map((place) => [Object.values(place).join(' '), place]))
        const list = ranges.map((one) => spellRange(one, '-')).join(', ')
        return [...distinct.values()].map((place) => nftChange(place, `${protocol} dport { ${list} }`))
      }
      case 'iptables': {
        const list = ranges.map((one) => spellRange(one, ':')).join(',')
        return [iptablesChange(`-p ${protocol} -m multiport --dports ${list}`)]
      }
    }
  })
}

/** The whole range when any tunnel port is shut, and the bridge when the range does not hold it. */
function neededRanges(
  shut: ReadonlySet<number>,
  { bridgePort, range }: Omit<PortOpening, 'rendezvous'>,
): PortRange[] {
  const isRangeShut = [...shut].some((port) => port !== bridgePort)
  const isInRange = bridgePort >= range.from && bridgePort <= range.to
  const ranges = isRangeShut ? [range] : []
  if (shut.has(bridgePort) && !(isRangeShut && isInRange)) ranges.push({ from: bridgePort, to: bridgePort })
  return ranges
}

/** The rule that keeps all of these ports shut that are in the range; null where the tool's policy shuts one of them. */
function ruleAgainstAll(
  { from, to }: PortRange,
  shut: ReadonlySet<number>,
  ruleAgainst: (port: number) => string | null,
): string | null {
  const rules = [...shut].filter((port) => port >= from && port <= to).map(ruleAgainst)
  return rules.includes(null) ? null : (rules[0] ?? null)
}

function portsOf({ from, to }: PortRange): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** Ascending ports as ranges without gaps. */
export function runsOf(ports: readonly number[]): PortRange[] {
  const runs: PortRange[] = []
  for (const port of ports) {
    const last = runs.at(-1)
    if (last?.to === port - 1) runs[runs.length - 1] = { from: last.from, to: port }
    else runs.push({ from: port, to: port })
  }
  return runs
}

/** A single port stands alone. */
export function spellRange({ from, to }: PortRange, separator: '-' | ':'): string {
  return from === to ? String(from) : `${from}${separator}${to}`
}

/** `spec`: `7000:9000/tcp`. */
function ufwChange(spec: string): FirewallChange {
  const command = `ufw allow ${spec}`
  return {
    tool: 'ufw',
    command,
    script: `${path}\nout=$(${command}) || exit 1\ncase "$out" in *Skipping*) ;; *) echo added;; esac`,
    record: `ufw ${spec}`,
  }
}

/** What firewalld loads at boot, and what it does now. */
type FirewalldSet = 'permanent' | 'runtime'

/** `spec`: `7000-9000/tcp`. */
function firewalldChange(zone: string, spec: string, set: FirewalldSet): FirewallChange {
  const inZone = `firewall-cmd${set === 'permanent' ? ' --permanent' : ''} --zone=${zone}`
  const command = `${inZone} --add-port=${spec}`
  return {
    tool: 'firewalld',
    command,
    script: `${path}\n${inZone} --query-port=${spec} >/dev/null && exit 0\n${command} >/dev/null && echo added`,
    record: `firewalld ${zone} ${spec} ${set}`,
  }
}

/** A rule of somebody's stands before all that is let in: only a person takes it away. */
function richRuleChange(zone: string, rule: string): FirewallChange {
  const quoted = `'${rule.replaceAll("'", String.raw`'\''`)}'`
  const command = `firewall-cmd --zone=${zone} --remove-rich-rule=${quoted}`
  return { tool: 'firewalld', command, script: 'exit 1', record: '', kept: rule }
}

function nftChange({ family, table, chain }: NftPlace, match: string): FirewallChange {
  const rule = `insert rule ${family} ${table} ${chain} ${match} accept comment "${mark}"`
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

function iptablesChange(match: string): FirewallChange {
  const rule = `${match} -m comment --comment ${mark} -j ACCEPT`
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

/** Removes exactly what `record` stands for; a rule that is gone already is fine. */
export function undoScript(record: string): string {
  const [tool, ...rest] = record.split(' ')
  switch (tool) {
    case 'ufw':
      return `${path}\nufw delete allow ${rest[0] ?? ''}`
    case 'firewalld':
      return undoFirewalld(rest)
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

/** Records of earlier versions name no set, and stand for both. */
function undoFirewalld([zone = '', spec = '', set]: readonly string[]): string {
  const remove = (more: string): string =>
    `firewall-cmd${more} --zone=${zone} --remove-port=${spec} >/dev/null`
  const isKept = `firewall-cmd --permanent --zone=${zone} --query-port=${spec} >/dev/null`
  switch (set) {
    case 'permanent':
      return `${path}\n${remove(' --permanent')}; :`
    case 'runtime':
      // A reload or a boot may have loaded what a person keeps in the permanent set: then it is theirs.
      return `${path}\n${isKept} || ${remove('')}; :`
    default:
      return `${path}\n${remove(' --permanent')}; ${remove('')}; :`
  }
}
