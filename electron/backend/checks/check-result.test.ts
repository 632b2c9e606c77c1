import type { PortReport } from '@nps-desktop/electron/contract'
import type { ProbeResult, RelayErrorCode } from '@nps-desktop/relay-core/api'
import { expect, test } from 'vitest'
import { type CheckedTunnel, judge } from './check-result.ts'
import type { ServiceVisit } from './service-visit.ts'

const jupyter: CheckedTunnel = {
  kind: 'jupyter',
  port: 7002,
  target: '127.0.0.1:8888',
  server: 'cloud',
  serverId: 's1',
  lab: 'a100',
  portCause: null,
  widening: null,
}

const accepted = { state: 'accepted', ms: 20 } as const
const right: ServiceVisit = { port: accepted, service: { state: 'right', seen: 'version 2', ms: 45 } }

type Hop = ProbeResult['hops'][number]
type ProbeFailure = NonNullable<Hop['failure']>
const ok = (hop: Hop['hop'], ms: number): Hop => ({ hop, state: 'ok', ms, failure: null })
const failed = (
  hop: Hop['hop'],
  code: RelayErrorCode,
  params: ProbeFailure['params'] = { host: 'x' },
): Hop => {
  return { hop, state: 'failed', ms: null, failure: { code, params, message: code } }
}
const skipped = (hop: Hop['hop']): Hop => ({ hop, state: 'skipped', ms: null, failure: null })
const probe = (...hops: Hop[]): ProbeResult => ({ tunnelId: 1, atMs: 1, hops })
const allOk = probe(ok('port', 0), ok('agent', 30), ok('target', 2))

const codes = (tunnel: CheckedTunnel, visit: ServiceVisit, hops: ProbeResult) =>
  judge(tunnel, visit, hops, 9).stops.map(({ state, failure }) => failure?.code ?? state)

test('all well: each stop has the time of the link into it, and the whole is what a visitor waited', () => {
  const { stops, ms, atMs } = judge(jupyter, right, allOk, 9)
  expect(stops.map((stop) => [stop.name, stop.state, stop.ms])).toEqual([
    ['port', 'ok', 20],
    ['lab', 'ok', 30],
    ['service', 'ok', 2],
  ])
  expect([ms, atMs]).toEqual([45, 9])
})

test('an npc too old to be a private proxy is offered its update', () => {
  const proxy = { ...jupyter, kind: 'socks5', target: '' } as const
  const seen: ServiceVisit = {
    port: { state: 'failed', failure: { code: 'agent-outdated', params: {}, message: '', fixes: [] } },
    service: null,
  }
  const hops = probe(ok('port', 0), failed('agent', 'agent-outdated'), skipped('target'))
  const [, lab] = judge(proxy, seen, hops, 9).stops
  expect(lab).toMatchObject({
    state: 'failed',
    failure: {
      code: 'agent-outdated',
      params: { lab: 'a100' },
      fixes: [{ action: 'update', program: 'npc', serverId: 's1' }],
    },
  })
})

test('the relay’s own word on the port comes before what the visitor saw', () => {
  const refused: ServiceVisit = { port: { state: 'refused', why: 'refused' }, service: null }
  const taken = probe(failed('port', 'port-taken'), skipped('agent'), skipped('target'))
  expect(codes(jupyter, refused, taken)).toEqual(['port-taken', 'unknown', 'unknown'])
})

test('silence in front of a listening port is named by what the port check found', () => {
  const silent: ServiceVisit = { port: { state: 'silent', why: 'no answer within 5 s' }, service: null }
  const portOf = (portCause: PortReport['cause'] | null) => codes({ ...jupyter, portCause }, silent, allOk)[0]
  expect(portOf('security-group')).toBe('ports-blocked-by-security-group')
  expect(portOf('host-firewall')).toBe('ports-blocked-by-host-firewall')
  expect(portOf('none')).toBe('ports-blocked-somewhere')
  expect(portOf(null)).toBe('ports-blocked-somewhere')
})

test('a refusal in front of a listening port is a firewall that says no', () => {
  const refused: ServiceVisit = { port: { state: 'refused', why: 'refused' }, service: null }
  expect(codes(jupyter, refused, allOk)[0]).toBe('ports-blocked-by-host-firewall')
})

test('a lab box that is away, and a service that is not running, each at their stop', () => {
  const nothing: ServiceVisit = { port: accepted, service: { state: 'silent', ms: 21 } }
  const away = probe(ok('port', 0), failed('agent', 'agent-offline'), skipped('target'))
  expect(codes(jupyter, nothing, away)).toEqual(['ok', 'agent-offline', 'unknown'])
  const down = judge(
    jupyter,
    nothing,
    probe(ok('port', 0), ok('agent', 1), failed('target', 'target-refused')),
    9,
  )
  expect(down.stops[2].failure).toMatchObject({
    code: 'target-refused',
    params: { lab: 'a100', target: '127.0.0.1:8888', kind: 'jupyter' },
  })
  expect(down.stops[2].failure?.fixes[0]).toMatchObject({ action: 'start-service' })
})

test('of several targets, the one that did not answer is named', () => {
  const nothing: ServiceVisit = { port: accepted, service: { state: 'silent', ms: 21 } }
  const hop = failed('target', 'target-refused', { host: '127.0.0.1', port: 9999 })
  const { stops } = judge(
    { ...jupyter, target: '127.0.0.1:8888,127.0.0.1:9999' },
    nothing,
    probe(ok('port', 0), ok('agent', 1), hop),
    9,
  )
  expect(stops[2].failure?.params).toMatchObject({ target: '127.0.0.1:9999' })
})

test('a service that says nothing, or says something else, is not the one that was asked for', () => {
  const silent: ServiceVisit = { port: accepted, service: { state: 'silent', ms: 5_000 } }
  expect(codes(jupyter, silent, allOk)).toEqual(['ok', 'ok', 'service-silent'])
  const wrong: ServiceVisit = { port: accepted, service: { state: 'wrong', seen: 'code-server', ms: 9 } }
  const { stops } = judge(jupyter, wrong, allOk, 9)
  expect(stops[2].failure).toMatchObject({ code: 'service-wrong', params: { seen: 'code-server' } })
})

test('of a general tunnel nothing is expected but that the target accepts', () => {
  const visit: ServiceVisit = { port: accepted, service: null }
  expect(codes({ ...jupyter, kind: 'tcp' }, visit, allOk)).toEqual(['ok', 'ok', 'ok'])
})

test('a Jupyter that refuses the server’s address is no working way for others: one click keeps it to this laptop, or one option opens it', () => {
  const seen: ServiceVisit = { port: accepted, service: { state: 'local-only', seen: 'version 2', ms: 45 } }
  const { stops } = judge(jupyter, seen, allOk, 9)
  expect(stops[2].failure).toMatchObject({
    code: 'service-local-only',
    fixes: [
      { action: 'keep-private' },
      { action: 'copy', text: '--ServerApp.allow_remote_access=True' },
      { action: 'retry' },
    ],
  })
})
