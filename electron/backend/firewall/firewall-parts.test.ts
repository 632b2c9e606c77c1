import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import { silentLog } from '@nps-desktop/relay-core/log'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseClues } from './detect-provider.ts'
import { changesFor } from './firewall-change.ts'
import { parseHostFirewall } from './host-firewall.ts'
import { parseListeningPorts } from './listening-ports.ts'
import { cellsOf, samplesOf, summarize, tryingOrder } from './port-cells.ts'
import { makePortReport, type PortFindings } from './port-report.ts'
import { describeProvider } from './providers.ts'
import { scanPorts } from './scan-ports.ts'
import { tryRendezvous } from './try-rendezvous.ts'

const range = { from: 7000, to: 9000 }

describe('the port grid', () => {
  it('has cells of fifty, the last one shorter, and tries every port once', () => {
    const cells = cellsOf(range)
    expect(cells).toHaveLength(41)
    expect(cells.at(0)).toEqual({ from: 7000, to: 7049 })
    expect(cells.at(-1)).toEqual({ from: 9000, to: 9000 })
    expect(samplesOf({ from: 7000, to: 7049 })).toEqual([7000, 7016, 7033, 7049])
    expect(samplesOf({ from: 9000, to: 9000 })).toEqual([9000])
    const { samples, rest } = tryingOrder(range)
    expect(samples).toHaveLength(161)
    expect(new Set([...samples, ...rest]).size).toBe(2001)
    expect(samples.length + rest.length).toBe(2001)
  })

  it('counts, and a cell shows the worst that is known of it', () => {
    const states = new Map([
      [7000, 'open'],
      [7001, 'refused-open'],
      [7050, 'refused-open'],
      [7051, 'no-answer'],
      [7100, 'closed-on-server'],
    ] as const)
    const { cells, ...counts } = summarize({ from: 7000, to: 7199 }, states)
    expect(counts).toEqual({ tried: 5, open: 3, noAnswer: 1, closedOnServer: 1 })
    expect(cells.map(({ state, tried, open }) => [state, tried, open])).toEqual([
      ['open', 2, 2],
      ['no-answer', 2, 1],
      ['closed-on-server', 1, 0],
      ['untried', 0, 0],
    ])
  })

  it('takes a refusal on loopback for an open way', async () => {
    const told: number[] = []
    const states = await scanPorts(
      '127.0.0.1',
      { from: 64_000, to: 64_060 },
      { used: new Set(), onProgress: (soFar) => told.push(soFar.size), signal: new AbortController().signal },
    )
    expect(states.size).toBe(61)
    expect([...states.values()].every((state) => state === 'refused-open' || state === 'open')).toBe(true)
    expect(told.at(-1)).toBe(61)
  })
})

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

describe('whose machine it is', () => {
  const ports = { from: 7000, to: 9000 }
  it.each([
    ['Alibaba Cloud ECS \n', 'aliyun', '7000/9000'],
    ['Tencent Cloud CVM \n', 'tencent', '7000-9000'],
    ['Huawei Cloud \n', 'huawei', '7000-9000'],
    ['Amazon EC2 t3.micro \n', 'aws', '7000-9000'],
    ['Google Google Compute Engine \n', 'google', '7000-9000'],
    ['Microsoft Corporation Virtual Machine 7783-7084-3265-9085-8269-3286-77 \n', 'azure', '7000-9000'],
    ['QEMU Standard PC \n', 'unknown', '7000-9000'],
  ])('%j is %s', (text, id, wanted) => {
    const described = describeProvider(parseClues(text), { tcp: [ports], udp: [] })
    expect(described.id).toBe(id)
    expect(described.rule?.ports).toBe(wanted)
    expect(described.udpRule).toBeNull()
    expect(described.consoleUrl === null).toBe(id === 'unknown')
  })

  it('believes the metadata address more than the image', () => {
    const clues = parseClues('Alibaba Cloud\ntencent|ins-abc|ap-guangzhou\n')
    expect(describeProvider(clues, { tcp: [ports], udp: [] })).toMatchObject({
      id: 'tencent',
      instance: 'ins-abc',
      region: 'ap-guangzhou',
    })
    for (const region of ['evil.example/login', 'evil.example', 'x@evil', '-a'])
      expect(parseClues(`Amazon EC2\naws|i-1|${region}\n`).region).toBeNull()
    expect(parseClues('QEMU\nopenstack|uuid-1|\n').metadata).toBe('unknown')
    expect(parseClues('QEMU\nopenstack|uuid-1|cn-north-4\n').metadata).toBe('huawei')
  })
})

describe('who listens', () => {
  it('reads the listings of UDP ports too', () => {
    const listed = [
      'UNCONN 0 0 *:8024 *:* users:(("nps",pid=99,fd=20))',
      'udp6       0      0 :::8024    :::*                99/nps',
      '   0: 00000000:1F58 00000000:0000 07 00000000:00000000 00:0 0 0',
    ]
    expect(listed.map((line) => parseListeningPorts(line)[0]?.port)).toEqual([8024, 8024, 8024])
    expect(listed.map((line) => parseListeningPorts(line)[0]?.program)).toEqual(['nps', 'nps', ''])
  })

  it('reads ss, netstat and /proc', () => {
    const ss = `State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=700,fd=3))
LISTEN 0      128             [::]:22            [::]:*    users:(("sshd",pid=700,fd=4))
LISTEN 0      4096   127.0.0.1%lo:53         0.0.0.0:*
LISTEN 0      511                *:8080             *:*    users:(("nginx",pid=811,fd=6),("nginx",pid=812,fd=6))
`
    expect(parseListeningPorts(ss)).toEqual([
      { port: 22, program: 'sshd', pid: 700, isLocal: false },
      { port: 53, program: '', pid: null, isLocal: true },
      { port: 8080, program: 'nginx', pid: 811, isLocal: false },
    ])
    expect(
      parseListeningPorts(
        'tcp6       0      0 :::8024    :::*     LISTEN      99/nps\ntcp 0 0 0.0.0.0:21 0.0.0.0:* LISTEN -\n',
      ),
    ).toEqual([
      { port: 21, program: '', pid: null, isLocal: false },
      { port: 8024, program: 'nps', pid: 99, isLocal: false },
    ])
    expect(
      parseListeningPorts(
        '   0: 00000000:1F58 00000000:0000 0A 00000000:00000000 00:0 0 0\n   1: 0100007F:0016 0100007F:AAAA 01 0\n',
      ),
    ).toEqual([{ port: 8024, program: '', pid: null, isLocal: false }])
  })

  it('takes no number that is no port, and of a name no more than can be shown', () => {
    const lines = [
      'LISTEN 0 128 0.0.0.0:99999 0.0.0.0:* users:(("sshd",pid=1,fd=3))',
      'LISTEN 0 128 0.0.0.0:0 0.0.0.0:*',
      `LISTEN 0 128 0.0.0.0:81 0.0.0.0:* users:(("\u001b[31m${'x'.repeat(300)}",pid=1,fd=3))`,
    ]
    const found = parseListeningPorts(lines.join('\n'))
    expect(found.map(({ port, program }) => [port, program])).toEqual([[81, `[31m${'x'.repeat(36)}`]])
  })

  it('knows what listens for the machine alone, whatever the order of the lines', () => {
    const both = [
      'LISTEN 0 4096 [::1]:631 [::]:*',
      'LISTEN 0 4096 0.0.0.0:25 0.0.0.0:*',
      'LISTEN 0 4096 127.0.0.1:25 0.0.0.0:*',
      '   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:0 0 0',
      '   1: 00000000000000000000000001000000:0017 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0',
    ]
    expect(parseListeningPorts(both.join('\n')).map(({ port, isLocal }) => [port, isLocal])).toEqual([
      [22, true],
      [23, true],
      [25, false],
      [631, true],
    ])
  })
})

describe('the question at the UDP ports', () => {
  afterEach(() => vi.restoreAllMocks())

  /** A relay that takes the question and says nothing until it is called off. */
  const silentRelay = {
    status: {
      seenKey: (_input: object, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => {
          if (signal.aborted) reject(new Error('called off'))
          signal.addEventListener('abort', () => reject(new Error('called off')), { once: true })
        }),
    },
  } as unknown as RelayClient

  function ask(signal: AbortSignal) {
    return tryRendezvous(() => Promise.resolve(silentRelay), '127.0.0.1', { log: silentLog, signal })
  }

  it('a relay that says nothing is not waited for without end: nothing is known of its UDP ports', async () => {
    const late = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(late.signal)
    const told = ask(new AbortController().signal)
    late.abort()
    expect(await told).toBeNull()
  })

  it('whoever calls the port check off hears of it', async () => {
    const stop = new AbortController()
    const told = ask(stop.signal)
    stop.abort(new Error('enough'))
    await expect(told).rejects.toThrow('enough')
  })
})
