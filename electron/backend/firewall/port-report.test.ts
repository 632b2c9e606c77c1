import { describe, expect, it } from 'vitest'
import { changesFor } from './firewall-change.ts'
import { parseHostFirewall } from './host-firewall.ts'
import { makePortReport, type PortFindings } from './port-report.ts'

describe('why ports are shut', () => {
  const findings = (more: Partial<PortFindings>): PortFindings => ({
    range: { from: 7000, to: 7001 },
    bridge: { port: 8024, state: 'open', ms: 3 },
    states: new Map([
      [7000, 'refused-open'],
      [7001, 'refused-open'],
    ]),
    used: [],
    others: [],
    firewall: null,
    rendezvous: null,
    changes: [],
    clues: null,
    checkedAtMs: 1,
    ...more,
  })
  const silent = new Map([
    [7000, 'no-answer'],
    [7001, 'no-answer'],
  ] as const)
  const dropping = parseHostFirewall(
    '\n@@iptables\n-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 8024 -j ACCEPT\n@@end\n',
  )
  const open = parseHostFirewall('\n@@iptables\n-P INPUT ACCEPT\n@@end\n')

  it('nothing is wrong', () => {
    expect(makePortReport(findings({}))).toMatchObject({
      cause: 'none',
      open: 2,
      hostFirewall: null,
      provider: null,
    })
  })

  it("the machine's own firewall", () => {
    expect(
      makePortReport(
        findings({
          states: silent,
          firewall: dropping,
          changes: changesFor(dropping, {
            bridgePort: 8024,
            range: { from: 7000, to: 7001 },
            rendezvous: [],
          }),
        }),
      ),
    ).toMatchObject({
      cause: 'host-firewall',
      closedOnServer: 2,
      noAnswer: 0,
      bridge: { state: 'open' },
      hostFirewall: { tool: 'iptables', command: expect.stringContaining('--dports 7000:7001') as string },
    })
  })

  it('a refusal that its own rules give is not an open way', () => {
    const rejecting = parseHostFirewall(
      '\n@@iptables\n-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 7000:7001 -j REJECT --reject-with icmp-port-unreachable\n@@end\n',
    )
    expect(makePortReport(findings({ firewall: rejecting }))).toMatchObject({
      cause: 'host-firewall',
      open: 0,
      closedOnServer: 2,
    })
  })

  it('something in front of the machine, with the rule in its own words', () => {
    const clues = {
      dmi: 'Alibaba Cloud ECS',
      metadata: 'aliyun',
      instance: 'i-bp1',
      region: 'cn-hangzhou',
    } as const
    expect(makePortReport(findings({ states: silent, firewall: open, clues }))).toMatchObject({
      cause: 'security-group',
      noAnswer: 2,
      provider: { id: 'aliyun', instance: 'i-bp1', rule: { ports: '7000/7001', source: '0.0.0.0/0' } },
    })
  })

  it('asks for the bridge and the range in one rule', () => {
    const clues = { dmi: '', metadata: 'aliyun', instance: null, region: null } as const
    const bridge = { port: 8024, state: 'no-answer', ms: null } as const
    const ruleOf = (more: Partial<PortFindings>) =>
      makePortReport(findings({ bridge, firewall: open, clues, ...more })).provider?.rule?.ports
    expect(ruleOf({ states: silent })).toBe('8024/8024, 7000/7001')
    expect(ruleOf({})).toBe('8024/8024')
    expect(ruleOf({ states: silent, bridge: { ...bridge, port: 7000 } })).toBe('7000/7001')
  })

  it('tells of the UDP ports for private tunnels apart from the others, for these do without', () => {
    const clues = { dmi: 'Amazon EC2', metadata: 'aws', instance: null, region: null } as const
    const ports = [8024, 8025]
    const reportOf = (more: Partial<PortFindings>) => makePortReport(findings({ clues, ...more }))
    const answered = (...those: number[]) => new Map(those.map((port) => [port, 12]))
    expect(reportOf({ rendezvous: { ports, answered: answered(8024, 8025) } })).toMatchObject({
      cause: 'none',
      provider: null,
      rendezvous: { ports, state: 'open', ms: 12, cause: 'none' },
    })
    expect(reportOf({ firewall: open, rendezvous: { ports, answered: answered(8024) } })).toMatchObject({
      cause: 'none',
      provider: { rule: null, udpRule: { protocol: 'Custom UDP', ports: '8024-8025' } },
      rendezvous: { state: 'no-answer', cause: 'security-group' },
    })
    expect(reportOf({ firewall: dropping, rendezvous: { ports, answered: answered() } })).toMatchObject({
      cause: 'none',
      rendezvous: { state: 'closed-on-server', cause: 'host-firewall' },
    })
    // the relay is not reached, but the one rule to add covers them
    expect(reportOf({ states: silent, firewall: open, rendezvous: { ports, answered: null } })).toMatchObject(
      {
        cause: 'security-group',
        provider: { rule: { ports: '7000-7001' }, udpRule: { ports: '8024-8025' } },
        rendezvous: { state: 'untried', cause: 'none' },
      },
    )
    expect(reportOf({ rendezvous: { ports: [], answered: null } }).rendezvous).toBeNull()
  })

  it('says that it does not know when the rules cannot be read', () => {
    expect(makePortReport(findings({ states: silent }))).toMatchObject({ cause: 'unknown', provider: null })
  })
})
