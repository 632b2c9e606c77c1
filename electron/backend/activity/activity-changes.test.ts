import { emptyOverview, type Failure, type Overview, type Tunnel } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { labView, serverView, tunnelView } from '../../testing/overview-views.ts'
import { changes, type ToldStates, withAddedTunnel } from './activity-changes.ts'

const refused: Failure = { code: 'target-refused', params: {}, message: 'refused', fixes: [] }

const overview = (status: Tunnel['status'], atMs = 1): Overview => ({
  ...emptyOverview(atMs),
  tunnels: [tunnelView({ status })],
})

const ready = overview({ state: 'ready', checkedAtMs: 1, ms: 3 })
const checking = overview({ state: 'checking', sinceMs: 1 })
const broken = overview({ state: 'broken', stop: 'service', sinceMs: 1, failure: refused })

function codes(told: ToldStates | null, ...seen: Overview[]): string[] {
  const all: string[] = []
  let last = told
  for (const one of seen) {
    const { told: next, events } = changes(last, one)
    last = next
    all.push(...events.map((event) => event.code))
  }
  return all
}

test('what was fine when the app started is no news; what was broken is', () => {
  expect(codes(null, ready, ready)).toEqual([])
  expect(codes(null, broken, broken)).toEqual(['tunnel-broken'])
})

test('something just added tells when it is ready', () => {
  const added = {
    tone: 'info',
    code: 'tunnel-added',
    params: {},
    serverId: 's',
    labId: 'l',
    tunnelId: 't',
  } as const
  const told = withAddedTunnel(new Map(), added)
  expect(codes(told, checking, ready)).toEqual(['tunnel-ready'])
})

test('a fault and its end are a line each, and checking in between says nothing', () => {
  expect(codes(null, ready, checking, broken, checking, broken, checking, ready)).toEqual([
    'tunnel-broken',
    'tunnel-ready',
  ])
})

test('a line names the stop and the reason', () => {
  const { events } = changes(null, broken)
  expect(events[0]).toMatchObject({
    tone: 'bad',
    tunnelId: 't',
    params: { tunnel: 'SSH', stop: 'service', reason: 'target-refused' },
  })
})

test('servers and lab boxes that come and go are told; boxes that go with their server are not', () => {
  const server = serverView()
  const lab = labView()
  const empty = emptyOverview(1)
  const one: Overview = { ...empty, servers: [server] }
  const both: Overview = { ...one, labs: [lab] }
  expect(codes(null, both)).toEqual([])
  expect(codes(null, empty, one, both, one)).toEqual(['server-added', 'lab-added', 'lab-removed'])
  expect(codes(null, both, empty)).toEqual(['server-removed'])
  const online: Overview = {
    ...both,
    labs: [{ ...lab, state: { state: 'online', sinceMs: 1, address: 'h', version: '1' } }],
  }
  expect(codes(null, one, both, online)).toEqual(['lab-added', 'lab-online'])
})
