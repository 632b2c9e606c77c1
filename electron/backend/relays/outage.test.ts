import type { Failure } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import type { LinkState } from './link-state.ts'
import { nextOutage, type Outage, tellLink } from './outage.ts'

const failure: Failure = { code: 'relay-unreachable', params: { host: 'h', port: 1 }, message: '', fixes: [] }
const other: Failure = { ...failure, message: 'another reason' }
const waiting = (why = failure): LinkState => ({
  state: 'waiting',
  attempt: 1,
  retryAtMs: 99_000,
  failure: why,
})
const connecting: LinkState = { state: 'connecting', attempt: 2 }
const online: LinkState = { state: 'online', sinceMs: 0, roundTripMs: 1 }

/** What the screen says after each of these; the time is in seconds. */
function told(events: readonly (readonly [atSeconds: number, link: LinkState])[]) {
  let outage: Outage | null = null
  return events.map(([atSeconds, link]) => {
    outage = nextOutage(outage, link, atSeconds * 1_000)
    return tellLink(link, outage, atSeconds * 1_000)
  })
}
const states = (...events: [number, LinkState][]) => told(events).map(({ state }) => state)

test('a server that fails once, or for less than 20 s, is only checked', () => {
  expect(states([0, online], [1, waiting()], [2, connecting], [20, waiting()], [20.5, online])).toEqual([
    'online',
    'checking',
    'checking',
    'checking',
    'online',
  ])
})

test('after 20 s it is away, and the last reason stays through every try', () => {
  const seen = told([
    [0, connecting],
    [10, waiting()],
    [21, connecting],
    [22, waiting(other)],
    [40, connecting],
  ])
  expect(seen.map(({ state }) => state)).toEqual(['checking', 'checking', 'away', 'away', 'away'])
  expect(seen[2]).toMatchObject({ failure, retryAtMs: null, sinceMs: 0 })
  expect(seen[3]).toMatchObject({ failure: other, retryAtMs: 99_000 })
  expect(seen[4]).toMatchObject({ failure: other, retryAtMs: null })
})

test('it stays away until it has answered for 10 s, and a fall in between goes on with the same outage', () => {
  const seen = told([
    [0, waiting()],
    [25, online],
    [30, waiting()],
    [31, online],
    [40, online],
    [41, online],
    [42, waiting()],
  ])
  expect(seen.map(({ state }) => state)).toEqual([
    'checking',
    'away',
    'away',
    'away',
    'away',
    'online',
    'checking',
  ])
  expect(seen[1]).toMatchObject({ answering: true, sinceMs: 0 })
  expect(seen[2]).toMatchObject({ answering: false, sinceMs: 0 })
})

test('what only a person can mend is told at once', () => {
  expect(states([0, online], [1, { state: 'failed', failure }])).toEqual(['online', 'failed'])
})
