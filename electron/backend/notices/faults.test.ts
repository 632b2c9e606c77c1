import {
  emptyOverview,
  type Failure,
  type Lab,
  type Overview,
  type Server,
  type Tunnel,
} from '@nps-desktop/electron/contract'
import { expect, it } from 'vitest'
import { labView, serverView, tunnelView } from '../../testing/overview-views.ts'
import { type KnownAbsences, noAbsences } from '@nps-desktop/relay-core/telling'
import { nextDueMs, nextFaults } from './faults.ts'

const failure: Failure = { code: 'target-refused', params: {}, message: '', fixes: [] }
const online: Server['link'] = { state: 'online', sinceMs: 0, roundTripMs: 1 }
const away = (sinceMs: number): Server['link'] => ({
  state: 'away',
  sinceMs,
  retryAtMs: null,
  answering: false,
  failure: { code: 'server-silent', params: { host: 'h', port: 1, server: 's' }, message: '', fixes: [] },
  tried: [],
})
const labOnline: Lab['state'] = { state: 'online', sinceMs: 0, address: 'a', version: '1' }
const ready: Tunnel['status'] = { state: 'ready', checkedAtMs: 0, ms: 1 }
const broken = (sinceMs: number): Tunnel['status'] => ({ state: 'broken', stop: 'service', sinceMs, failure })

function world({
  link = online,
  state = labOnline,
  status = ready,
  laptopOnline = true,
}: {
  link?: Server['link']
  state?: Lab['state']
  status?: Tunnel['status']
  laptopOnline?: boolean
} = {}): Overview {
  return {
    ...emptyOverview(0),
    laptopOnline,
    servers: [serverView({ link })],
    labs: [labView({ state })],
    tunnels: ['t1', 't2'].map((id) => tunnelView({ id, name: 'Jupyter', status })),
  }
}

/** The codes told at each moment, in seconds. */
function story(...moments: [second: number, overview: Overview][]): string[] {
  let faults: KnownAbsences = noAbsences
  return moments.flatMap(([second, overview]) => {
    const next = nextFaults(faults, overview, second * 1_000)
    faults = next.faults
    return next.told.map(({ event }) => `${second} ${event.code}`)
  })
}

it('tells once of a server that has been away for two minutes, with all that hangs on it, and once that it is back', () => {
  const gone = world({ link: away(10_000), state: { state: 'unknown', sinceMs: 0 } })
  expect(
    story([0, world()], [10, gone], [129, gone], [130, gone], [200, gone], [300, world()], [310, world()]),
  ).toEqual(['130 server-away', '300 server-back'])
})

it('tells nothing of what is over within two minutes', () => {
  expect(story([0, world()], [10, world({ link: away(10_000) })], [100, world()], [400, world()])).toEqual([])
})

it('tells why a lab box was away, as far as its server knows', () => {
  const gone = world({ state: { state: 'offline', sinceMs: 10_000, why: 'stopped' } })
  const lastAbsence = { sinceMs: 10_000, untilMs: 200_000, why: 'portal' } as const
  const back = world({
    state: { state: 'online', sinceMs: 200_000, address: 'a', version: '1', lastAbsence },
  })
  const first = nextFaults(nextFaults(noAbsences, world(), 0).faults, gone, 140_000)
  const second = nextFaults(first.faults, back, 200_000)
  expect([...first.told, ...second.told].map(({ event }) => event)).toMatchObject([
    { code: 'lab-away', why: 'stopped' },
    { code: 'lab-back', why: 'portal' },
  ])
})

it('tells nothing twice within an hour', () => {
  const gone = (second: number) => world({ state: { state: 'offline', sinceMs: second * 1_000 } })
  expect(
    story(
      [0, world()],
      [10, gone(10)],
      [140, gone(10)],
      [150, world()],
      [160, gone(160)],
      [900, gone(160)],
      [1000, world()],
    ),
  ).toEqual(['140 lab-away', '150 lab-back'])
  expect(
    story(
      [0, world()],
      [10, gone(10)],
      [140, gone(10)],
      [150, world()],
      [4000, gone(4000)],
      [4200, gone(4000)],
    ),
  ).toEqual(['140 lab-away', '150 lab-back', '4200 lab-away'])
})

it('takes a lab box that is offline for the cause of its tunnels, and a service for its own', () => {
  const both = world({ state: { state: 'offline', sinceMs: 10_000 }, status: broken(10_000) })
  expect(story([0, world()], [10, both], [140, both])).toEqual(['140 lab-away'])
  const service = world({ status: broken(10_000) })
  expect(story([0, world()], [10, service], [140, service])).toEqual(['140 service-gone', '140 service-gone'])
})

it('tells nothing while this laptop has no network, and nothing of what it has never seen at work', () => {
  const offline = world({ link: away(10_000), laptopOnline: false })
  expect(story([0, world()], [10, offline], [500, offline], [510, world()])).toEqual([])
  expect(story([0, world({ link: away(0) })], [500, world({ link: away(0) })])).toEqual([])
})

it('forgets what was paused or removed, and knows when to look again', () => {
  const paused = world({ status: { state: 'paused' } })
  expect(story([0, world()], [10, world({ status: broken(10_000) })], [20, paused], [300, paused])).toEqual(
    [],
  )
  const first = nextFaults(noAbsences, world(), 0).faults
  const second = nextFaults(first, world({ link: away(10_000) }), 10_000).faults
  expect(nextDueMs(first)).toBeNull()
  expect(nextDueMs(second)).toBe(130_000)
  const removed: Overview = { ...world(), servers: [], labs: [], tunnels: [] }
  expect(nextDueMs(nextFaults(second, removed, 20_000).faults)).toBeNull()
})
