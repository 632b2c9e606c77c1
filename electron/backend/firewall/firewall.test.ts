import { describe, expect, it } from 'vitest'
import { changesFor, undoScript } from './firewall-change.ts'
import { judgeFirewalld, parseFirewalldZone } from './firewalld-zone.ts'
import { judgeHostFirewall, parseHostFirewall } from './host-firewall.ts'
import { judgeIptables, parseIptables } from './iptables-rules.ts'
import { judgeNft, parseNftRuleset } from './nft-ruleset.ts'
import { makePortReport, type PortFindings } from './port-report.ts'
import { judgeUfw, parseUfwStatus, replacedByAllow } from './ufw-status.ts'

/** As `iptables -S` of 1.8.9 prints it. */
const iptables = `-P INPUT DROP
-P FORWARD ACCEPT
-P OUTPUT ACCEPT
-N WEB
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p udp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443,8000:8100 -m comment --comment "web -j ACCEPT" -j ACCEPT
-A INPUT -p tcp -j WEB
-A INPUT -m limit --limit 3/min -j LOG --log-prefix "drop: "
-A WEB -s 10.0.0.0/8 -p tcp -m tcp --dport 9999 -j ACCEPT
-A WEB ! -i eth9 -p tcp -m tcp --dport 9100 -j REJECT --reject-with tcp-reset
-A WEB ! -i lo -p tcp -m tcp --dport 9200 -j REJECT --reject-with tcp-reset
`

/** As `nft list ruleset` of 1.0.6 prints it. */
const nft = `table inet filter {
	set blocked {
		type ipv4_addr
		flags interval
		elements = { 10.1.0.0/16,
			     10.2.0.0/16 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { invalid : drop, established : accept, related : accept }
		iifname "lo" accept
		ip saddr @blocked drop
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport { 22, 80, 8000-8100 } counter packets 4 bytes 240 accept comment "ssh and drop"
		tcp dport vmap { 443 : accept, 25 : drop }
		udp dport 53 accept
		tcp flags syn limit rate 10/second jump extra
		log prefix "in: " level warn
		ip protocol tcp jump extra
	}

	chain extra {
		tcp dport != 1-65000 return
		tcp dport 9000 reject with tcp reset
		tcp dport 7000-7099 accept
	}
}
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 81 redirect to :80
	}
}
`

const ufw = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     LIMIT IN    Anywhere
7500                       DENY IN     Anywhere                   # mine
7000:9000/tcp              ALLOW IN    Anywhere
8024/tcp                   ALLOW IN    10.0.0.0/8
53/udp                     ALLOW IN    Anywhere
22/tcp (v6)                LIMIT IN    Anywhere (v6)
`

const zone = `public (active)
  target: default
  icmp-block-inversion: no
  interfaces: eth0
  sources: 
  services: dhcpv6-client ssh
  ports: 7000-7999/tcp 53/udp 443/tcp
  protocols: 
`

const listing = (parts: Record<string, string>): string =>
  [
    'dev',
    'ufw',
    'ufw-added',
    'firewalld',
    'firewalld-permanent',
    'firewalld-services',
    'nft',
    'iptables',
    'end',
  ]
    .map((name) => `\n@@${name}\n${parts[name] ?? ''}`)
    .join('')

describe('what a packet filter does with a visitor', () => {
  it('iptables', () => {
    const chains = parseIptables(iptables)
    const judge = (port: number): string => judgeIptables(chains, { port, protocol: 'tcp', by: 'eth0' })
    expect([22, 80, 8050].map(judge)).toEqual(['accept', 'accept', 'accept'])
    expect([7001, 9999, 443].map(judge)).toEqual(['drop', 'drop', 'accept'])
    expect(judge(9100)).toBe('reject')
    expect(judge(9200)).toBe('reject')
  })

  it('nftables, with sets, maps, jumps and conditions it does not understand', () => {
    const tables = parseNftRuleset(nft)
    expect(tables.map(({ family, name, inputs }) => [family, name, inputs])).toEqual([
      ['inet', 'filter', ['input']],
      ['ip', 'nat', []],
    ])
    const judge = (port: number): string => judgeNft(tables, { port, protocol: 'tcp', by: 'eth0' }).verdict
    expect([22, 8024, 443, 7050].map(judge)).toEqual(['accept', 'accept', 'accept', 'accept'])
    expect([25, 7100, 65_001, 9000].map(judge)).toEqual(['drop', 'drop', 'drop', 'reject'])
    expect(judgeNft(tables, { port: 7100, protocol: 'tcp', by: 'eth0' }).places).toEqual([
      { family: 'inet', table: 'filter', chain: 'input' },
    ])
  })

  it('ufw, of which the first rule counts and rules for one address do not', () => {
    const status = parseUfwStatus(ufw)
    const judge = (port: number): string => judgeUfw(status, { port, protocol: 'tcp', by: 'eth0' })
    expect([22, 7000, 9000].map(judge)).toEqual(['accept', 'accept', 'accept'])
    expect([7500, 8024, 53].map(judge)).toEqual(['drop', 'accept', 'drop'])
    expect(judgeUfw(parseUfwStatus('Status: inactive'), { port: 1, protocol: 'tcp', by: 'eth0' })).toBe(
      'accept',
    )
  })

  it('firewalld', () => {
    const parsed = parseFirewalldZone(zone)
    expect(parsed?.name).toBe('public')
    const judge = (port: number): string | undefined =>
      parsed?.ports && judgeFirewalld(parsed, { port, protocol: 'tcp', by: 'eth0' })
    expect([7000, 443, 8024, 53].map(judge)).toEqual(['accept', 'accept', 'reject', 'reject'])
    expect(parseFirewalldZone('')).toBeNull()
  })
})

describe('what a packet filter does with a UDP packet', () => {
  const arrival = (port: number) => ({ port, protocol: 'udp', by: 'eth0' }) as const

  it('rules for one protocol say nothing of the other', () => {
    expect(judgeIptables(parseIptables(iptables), arrival(8024))).toBe('accept')
    const byNft = parseNftRuleset(nft)
    expect([53, 22, 443].map((port) => judgeNft(byNft, arrival(port)).verdict)).toEqual([
      'accept',
      'drop',
      'drop',
    ])
    const byUfw = parseUfwStatus(ufw.replace('7500  ', '8025  ').replace('DENY IN ', 'ALLOW IN'))
    expect([53, 22, 8025].map((port) => judgeUfw(byUfw, arrival(port)))).toEqual(['accept', 'drop', 'accept'])
    const parsed = parseFirewalldZone(zone)
    expect([53, 443].map((port) => parsed && judgeFirewalld(parsed, arrival(port)))).toEqual([
      'accept',
      'reject',
    ])
  })

  it('both ports are let in together, whichever is shut', () => {
    const opening = { bridgePort: 22, range: { from: 22, to: 22 }, rendezvous: [8024, 8025] }
    const commandsOf = (parts: Record<string, string>): string[] =>
      changesFor(parseHostFirewall(listing(parts)), opening).map(({ command }) => command)
    expect(commandsOf({ ufw })).toEqual(['ufw allow 8024:8025/udp'])
    expect(commandsOf({ nft })).toEqual([
      `nft 'insert rule inet filter input udp dport { 8024-8025 } accept comment "nps-desktop"'`,
    ])
    expect(commandsOf({ iptables: iptables.replace('-A INPUT -p udp -j ACCEPT\n', '') })).toEqual([
      'iptables -I INPUT -p udp -m multiport --dports 8024:8025 -m comment --comment nps-desktop -j ACCEPT',
    ])
    const half = zone.replace('53/udp', '8024/udp').replace('443/tcp', '22/tcp')
    expect(commandsOf({ firewalld: half })).toEqual([
      'firewall-cmd --permanent --zone=public --add-port=8025/udp',
      'firewall-cmd --zone=public --add-port=8025/udp',
    ])
  })
})

describe('the whole machine', () => {
  const opening = { bridgePort: 8024, range: { from: 7000, to: 9000 }, rendezvous: [] }

  it('needs nothing when nothing is in the way', () => {
    const open = parseHostFirewall(listing({ ufw: 'Status: inactive', iptables: '-P INPUT ACCEPT\n' }))
    expect(judgeHostFirewall(open, 7001)).toBeNull()
    expect(changesFor(open, opening)).toEqual([])
  })

  it('adds only what is missing, with the tool that is in charge', () => {
    const byUfw = parseHostFirewall(
      listing({ ufw: ufw.replace(/^8024.*\n/m, '').replace(/^7.*\n/gm, ''), iptables }),
    )
    expect(changesFor(byUfw, opening).map(({ command }) => command)).toEqual(['ufw allow 7000:9000/tcp'])
    const byFirewalld = parseHostFirewall(listing({ firewalld: zone, nft: 'table inet firewalld {\n}\n' }))
    expect(changesFor(byFirewalld, opening).map(({ record }) => record)).toEqual([
      'firewalld public 8000-9000/tcp permanent',
      'firewalld public 8000-9000/tcp runtime',
    ])
    const byNft = parseHostFirewall(listing({ nft }))
    expect(changesFor(byNft, opening).map(({ command }) => command)).toEqual([
      `nft 'insert rule inet filter input tcp dport { 7000-9000 } accept comment "nps-desktop"'`,
    ])
    const byIptables = parseHostFirewall(listing({ iptables }))
    expect(changesFor(byIptables, opening).map(({ command }) => command)).toEqual([
      'iptables -I INPUT -p tcp -m multiport --dports 7000:9000 -m comment --comment nps-desktop -j ACCEPT',
    ])
  })

  it('gives the rules of the iptables of today to iptables', () => {
    const today =
      'table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n'
    const firewall = parseHostFirewall(listing({ nft: today, iptables: '-P INPUT DROP\n' }))
    expect(judgeHostFirewall(firewall, 7000)).toEqual({ tool: 'iptables', verdict: 'drop' })
    expect(judgeHostFirewall(parseHostFirewall(listing({ nft: today })), 7000)?.tool).toBe('nftables')
  })

  it('never removes or reorders a rule to open a port', () => {
    for (const parts of [
      { ufw: 'Status: active\nDefault: deny (incoming)\n' },
      { firewalld: zone },
      { nft },
      { iptables },
    ]) {
      for (const { script } of changesFor(parseHostFirewall(listing(parts)), opening)) {
        expect(script).not.toMatch(/delete|flush|reload|reset|\benable\b|-D |-F |replace/)
      }
    }
  })
})

/** As `ufw show added` of 0.36.2 prints it. */
const ufwAdded = `Added user rules (see 'ufw status' for running firewall):
ufw allow 22/tcp
ufw deny 8024/tcp comment 'not from outside'
ufw limit log 7000:9000/tcp
ufw deny in on eth0 to any port 8025 proto udp
ufw deny from 10.0.0.0/8 to any port 8024 proto udp
ufw allow 443/tcp comment 'web'
ufw allow 'WWW Full'
ufw deny out 25/tcp
`

/** As `ufw status verbose` of the same machine prints it. */
const ufwOfOthers = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere                  
8024/tcp                   DENY IN     Anywhere                   # not from outside
7000:9000/tcp              LIMIT IN    Anywhere                   (log)
8025/udp on eth0           DENY IN     Anywhere                  
8024/udp                   DENY IN     10.0.0.0/8                
443/tcp                    ALLOW IN    Anywhere                   # web
80,443/tcp (WWW Full)      ALLOW IN    Anywhere                  
22/tcp (v6)                ALLOW IN    Anywhere (v6)             
8024/tcp (v6)              DENY IN     Anywhere (v6)              # not from outside

25/tcp                     DENY OUT    Anywhere                  
25/tcp (v6)                DENY OUT    Anywhere (v6)             
`

/** As `firewall-cmd --zone=public --list-all` of 1.3.3 prints it. */
const bareZone = `public (active)
  target: default
  icmp-block-inversion: no
  interfaces: eth0
  sources: 
  services: dhcpv6-client ssh
  ports: 22/tcp
  protocols: 
`

const all = { bridgePort: 8024, range: { from: 7000, to: 9000 }, rendezvous: [8024, 8025] }

describe('a rule of ufw that is not ours', () => {
  it('is found by the very ports and protocol, whatever it does and says', () => {
    const parsed = parseUfwStatus(ufwOfOthers, ufwAdded)
    const of = (spec: string): string | null => replacedByAllow(parsed, spec)
    expect(of('8024/tcp')).toBe("deny 8024/tcp comment 'not from outside'")
    expect(of('7000:9000/tcp')).toBe('limit log 7000:9000/tcp')
    expect(of('443/tcp')).toBe("allow 443/tcp comment 'web'")
    // ufw skips what is there already, and a rule for an interface, an address or the way out is another one.
    expect(['22/tcp', '8025/udp', '8024/udp', '25/tcp', '8024'].map(of)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
    expect(
      replacedByAllow(parseUfwStatus(ufwOfOthers, `${ufwAdded.split('\n', 1)[0]}\n(None)\n`), '8024/tcp'),
    ).toBeNull()
  })

  it('lets in by its verdict when it logs', () => {
    const judge = (port: number): string =>
      judgeUfw(parseUfwStatus(ufwOfOthers), { port, protocol: 'tcp', by: 'eth0' })
    expect([7000, 9000, 8024].map(judge)).toEqual(['accept', 'accept', 'drop'])
  })

  it('is named beside the change that would replace it, and the others are made', () => {
    const firewall = parseHostFirewall(listing({ ufw: ufwOfOthers, 'ufw-added': ufwAdded }))
    const outside = { ...all, range: { from: 9100, to: 9200 } }
    expect(changesFor(firewall, outside).map(({ command, kept }) => [command, kept])).toEqual([
      ['ufw allow 9100:9200/tcp', null],
      ['ufw allow 8024/tcp', "deny 8024/tcp comment 'not from outside'"],
      ['ufw allow 8024:8025/udp', null],
    ])
  })
})

describe('a rule that a person made for these very ports', () => {
  const all = { bridgePort: 22, range: { from: 7000, to: 9000 }, rendezvous: [] }
  const findings = {
    range: all.range,
    bridge: { port: 22, state: 'open', ms: 1 },
    others: [] as PortFindings['others'],
    used: [],
    rendezvous: null,
    clues: null,
    checkedAtMs: 0,
  } as const
  /** What the screen shows of a server whose tunnels give no answer. */
  const report = (parts: Record<string, string>) => {
    const firewall = parseHostFirewall(listing({ dev: 'eth0', ...parts }))
    const states = new Map([[7000, 'no-answer' as const]])
    return makePortReport({ ...findings, states, firewall, changes: changesFor(firewall, all) })
  }
  const ufwWith = (line: string): string =>
    `${ufwOfOthers.slice(0, ufwOfOthers.indexOf('8024/tcp'))}${line}\n`

  it.each([
    ['an interface', '7000:9000/tcp on eth0      ALLOW IN    Anywhere'],
    ['an application', '7000:9000/tcp (Tunnels)    ALLOW IN    Anywhere                   # mine'],
  ])('lets them in at %s of ufw: what shuts them stands in front of the server', (_, rule) => {
    expect(report({ ufw: ufwWith(rule) })).toMatchObject({ cause: 'security-group', hostFirewall: null })
    expect(report({ ufw: ufwWith(rule.replace('eth0', 'eth1').replace('7000:9000', '7001')) })).toMatchObject(
      { cause: 'host-firewall', hostFirewall: { canApply: true } },
    )
  })

  it.each([
    [
      'a rule in the rich language',
      { zone: '  rich rules: \n\trule family="ipv4" port port="7000-9000" protocol="tcp" accept\n' },
    ],
    ['a service of its own', { 'firewalld-services': '546/udp\n22/tcp\n7000-9000/tcp\n' }],
  ])('lets them in at firewalld by %s', (_, { zone: more = '', ...parts }: Record<string, string>) => {
    expect(report({ firewalld: `${bareZone}${more}`, ...parts })).toMatchObject({
      cause: 'security-group',
      hostFirewall: null,
    })
  })

  it('shuts them before whatever is added: it is named, and there is nothing to press', () => {
    const { cause, hostFirewall } = report({
      ufw: ufwWith('7000:9500/tcp on eth0      DENY IN     Anywhere  # mine'),
    })
    expect(cause).toBe('host-firewall')
    expect(hostFirewall).toEqual({
      tool: 'ufw',
      command: 'ufw insert 1 allow 7000:9000/tcp',
      canApply: false,
      kept: 'deny 7000:9500/tcp on eth0',
    })
    const rule = 'rule family="ipv4" port port="7000-9000" protocol="tcp" log prefix="drop me" reject'
    expect(report({ firewalld: `${bareZone}  rich rules: \n\t${rule}\n` }).hostFirewall).toEqual({
      tool: 'firewalld',
      command: `firewall-cmd --zone=public --remove-rich-rule='${rule}'`,
      canApply: false,
      kept: rule,
    })
  })

  it('has no say where it is for some addresses, for IPv6 alone, or for another protocol', () => {
    const rules = [
      'rule family="ipv4" source address="10.0.0.0/8" port port="7000-9000" protocol="tcp" accept',
      'rule family="ipv6" port port="7000-9000" protocol="tcp" accept',
      'rule port port="7000-9000" protocol="udp" accept',
    ]
    const text = `${bareZone}  rich rules: \n${rules.map((rule) => `\t${rule}\n`).join('')}`
    expect(report({ firewalld: text }).hostFirewall).toMatchObject({ tool: 'firewalld', canApply: true })
  })
})

describe('a port that firewalld keeps, but has not loaded', () => {
  const changes = (permanent: string) =>
    changesFor(parseHostFirewall(listing({ firewalld: bareZone, 'firewalld-permanent': permanent })), all)

  it('is opened now, and recorded for now alone', () => {
    expect(changes('22/tcp 7000-9000/tcp 8024/udp').map(({ record }) => record)).toEqual([
      'firewalld public 7000-9000/tcp runtime',
      'firewalld public 8025/udp permanent',
      'firewalld public 8025/udp runtime',
      'firewalld public 8024/udp runtime',
    ])
  })

  it('splits the range, so that what is removed later is ours', () => {
    expect(changes('22/tcp 7400-7409/tcp 8024-8025/udp').map(({ record }) => record)).toEqual([
      'firewalld public 7000-7399/tcp permanent',
      'firewalld public 7000-7399/tcp runtime',
      'firewalld public 7410-9000/tcp permanent',
      'firewalld public 7410-9000/tcp runtime',
      'firewalld public 7400-7409/tcp runtime',
      'firewalld public 8024-8025/udp runtime',
    ])
  })

  it('is asked for in each set before it is added there', () => {
    const [permanent, runtime] = changes('22/tcp')
    expect(permanent?.script).toContain(
      `firewall-cmd --permanent --zone=public --query-port=7000-9000/tcp >/dev/null && exit 0\n${permanent?.command} >/dev/null && echo added`,
    )
    expect(runtime?.script).toContain(
      `firewall-cmd --zone=public --query-port=7000-9000/tcp >/dev/null && exit 0\n${runtime?.command} >/dev/null && echo added`,
    )
  })

  it('is removed from the set that it was added to, and not from now once the permanent set is loaded', () => {
    const permanent = undoScript('firewalld public 7000-9000/tcp permanent')
    expect(permanent).toContain('firewall-cmd --permanent --zone=public --remove-port=7000-9000/tcp')
    expect(permanent).not.toContain('firewall-cmd --zone')
    const runtime = undoScript('firewalld public 7400-7409/tcp runtime')
    expect(runtime).toContain(
      'firewall-cmd --permanent --zone=public --query-port=7400-7409/tcp >/dev/null || firewall-cmd --zone=public --remove-port=7400-7409/tcp',
    )
    expect(runtime).not.toContain('--permanent --zone=public --remove-port')
  })
})

describe('what is taken back', () => {
  it('is known for each rule, and for a firewalld record of earlier versions, which means both sets', () => {
    for (const record of ['ufw 8024/tcp', 'nftables inet filter input', 'iptables INPUT']) {
      expect(undoScript(record)).toContain(record.split(' ').at(-1))
    }
    const both = undoScript('firewalld public 7000-9000/tcp')
    expect(both).toContain('firewall-cmd --permanent --zone=public --remove-port=7000-9000/tcp')
    expect(both).toContain('firewall-cmd --zone=public --remove-port=7000-9000/tcp')
    expect(() => undoScript('pf all')).toThrow('pf all')
  })
})
