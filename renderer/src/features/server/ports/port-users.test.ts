import type { OtherTunnel, PortReport, Server, Tunnel } from '@nps-desktop/electron/contract'
import type { RelayStatus } from '@nps-desktop/relay-core/api'
import { expect, test } from 'vitest'
import { portUsers } from './port-users.ts'

const server = {
  id: 's1',
  address: { host: 'h', port: 22, user: 'root' },
  relay: { bridgePort: 8024 },
} as Server
const status = { webPort: 8080 } as RelayStatus
const report = {
  cells: [{ from: 7000, to: 7049, tried: 50, open: 49, state: 'used' }],
  bridge: { port: 8024, state: 'open', ms: 12 },
  used: [{ port: 7003, program: 'python3' }],
  others: [
    { port: 22, program: 'sshd', state: 'open', ms: 11 },
    { port: 443, program: 'nginx', state: 'no-answer', ms: null },
    { port: 8080, program: 'nps', state: 'open', ms: 12 },
  ],
  rendezvous: { ports: [8024, 8025], state: 'no-answer', ms: null, cause: 'security-group' },
} as PortReport

function tunnel(name: string, port: number, part: Partial<Tunnel> = {}): Tunnel {
  const stops = [{ name: 'port', state: 'ok', ms: 9, failure: null }] as const
  return { id: name, labId: 'l1', name, port, kind: 'tcp', reach: 'anyone', stops, ...part } as Tunnel
}

test('every port in use has its user: tunnels first, then what nps has, then programs of others', () => {
  const tunnels = [
    tunnel('Jupyter', 7002),
    tunnel('SSH', 7001),
    tunnel('Game', 7005, { kind: 'udp' }),
    tunnel('Private', 40_001, { reach: 'laptop' }),
    tunnel('Page', 80, { kind: 'host' }),
  ]
  const elsewhere = { id: 'o', labId: 'l1', name: 'Other', mode: 'tcp', port: 7004 } as OtherTunnel
  const users = portUsers({ server, report, status, tunnels, otherTunnels: [elsewhere] })
  expect(users.map(({ port, use, verdict }) => [port, use.kind, verdict])).toEqual([
    ['7001', 'tunnel', 'open'],
    ['7002', 'tunnel', 'open'],
    ['7004', 'tunnel', 'untried'],
    ['7005 UDP', 'tunnel', 'open'],
    ['8024', 'bridge', 'open'],
    ['8024–8025 UDP', 'rendezvous', 'no-answer'],
    ['22', 'ssh', 'open'],
    ['443', 'program', 'no-answer'],
    ['8080', 'console', 'open'],
    ['7003', 'program', 'used'],
  ])
})

test('without a check the tunnels and the bridge are known all the same', () => {
  const users = portUsers({
    server,
    report: null,
    status: null,
    tunnels: [tunnel('SSH', 7001)],
    otherTunnels: [],
  })
  expect(users.map(({ port }) => port)).toEqual(['7001', '8024'])
})

test('a port whose tunnel cannot be checked now is told as it was seen last', () => {
  const stops = [{ name: 'port', state: 'unknown', ms: null, failure: null }] as const
  const users = portUsers({
    server,
    report: { ...report, cells: [{ from: 7000, to: 7049, tried: 50, open: 50, state: 'refused-open' }] },
    status,
    tunnels: [
      tunnel('SSH', 7001, { stops: [...stops] }),
      tunnel('Game', 7005, { kind: 'udp', stops: [...stops] }),
    ],
    otherTunnels: [],
  })
  expect(users.slice(0, 2).map(({ port, verdict }) => [port, verdict])).toEqual([
    ['7001', 'open'],
    ['7005 UDP', 'untried'],
  ])
})
