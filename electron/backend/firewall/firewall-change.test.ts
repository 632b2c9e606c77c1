import { describe, expect, it } from 'vitest'
import {
  bareZone,
  iptables,
  listing,
  nft,
  ufw,
  ufwAdded,
  ufwOfOthers,
  zone,
} from '../../testing/firewall-listings.ts'
import { changesFor, undoScript } from './firewall-change.ts'
import { judgeHostFirewall, parseHostFirewall } from './host-firewall.ts'
import { makePortReport, type PortFindings } from './port-report.ts'
import { judgeUfw, parseUfwStatus, replacedByAllow } from './rules/ufw-status.ts'

describe('the whole machine', () => {
  const opening = { bridgePort: 8024, range: { from: 7000, to: 9000 }, rendezvous: [] }

  it('both ports are let in together, whichever is shut', () => {
    const both = { bridgePort: 22, range: { from: 22, to: 22 }, rendezvous: [8024, 8025] }
    const commandsOf = (parts: Record<string, string>): string[] =>
      changesFor(parseHostFirewall(listing(parts)), both).map(({ command }) => command)
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
