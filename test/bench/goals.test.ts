import { expect, it } from 'vitest'
import type { FigureName, Measured } from './figures.ts'
import { goals, judge } from './goals.ts'
import { Results } from './results.ts'

/** What is said of a figure's goals after one round. */
function verdicts(figure: FigureName, measured: Record<string, Measured>) {
  const results = new Results()
  for (const [pair, ofPair] of Object.entries(measured)) results.add(pair, ofPair)
  return goals.filter((goal) => goal.figure === figure).flatMap((goal) => judge(goal, results) ?? [])
}

const reached = true
const missed = false

it('a rate is to be so many times that of a peer', () => {
  const goal = '32 streams from the lab, together ≥ 1.6 × frp'
  expect(verdicts('streams', { ours: { streams: 160 }, frp: { streams: 100 } })).toEqual([
    { goal, measured: '1.60 ×', isReached: reached },
  ])
  expect(verdicts('streams', { ours: { streams: 159 }, frp: { streams: 100 } })).toEqual([
    { goal, measured: '1.59 ×', isReached: missed },
  ])
})

it('a time is to be at most that of a peer', () => {
  const goal = 'round trip of a byte, idle, p50 ≤ 1 × frp'
  expect(verdicts('idleP50', { ours: { idleP50: 2 }, frp: { idleP50: 2 } })).toEqual([
    { goal, measured: '1.00 ×', isReached: reached },
  ])
  expect(verdicts('idleP50', { ours: { idleP50: 3 }, frp: { idleP50: 2 } })).toEqual([
    { goal, measured: '1.50 ×', isReached: missed },
  ])
})

it('a goal of another pair of ours names it', () => {
  const measured = { 'ours + stock npc': { up: 300 }, 'stock NPS': { up: 100 } }
  expect(verdicts('up', measured)).toEqual([
    {
      goal: 'one stream, to the lab (ours + stock npc) ≥ 1.5 × stock NPS',
      measured: '3.00 ×',
      isReached: reached,
    },
  ])
})

it('a figure is compared with another one of the same pair', () => {
  const goal = 'files: one of 256 MB to the lab, by the app ≥ 0.9 × the same by scp, to the lab'
  expect(verdicts('filesUp', { ours: { filesUp: 90, scpUp: 100 } })).toEqual([
    { goal, measured: '0.90 ×', isReached: reached },
  ])
  expect(verdicts('filesUp', { ours: { filesUp: 89, scpUp: 100 } })).toEqual([
    { goal, measured: '0.89 ×', isReached: missed },
  ])
})

it('a time may be so much longer than another one', () => {
  const goal = 'shaped link: round trip beside a copy, p95 ≤ idle + 20 ms'
  expect(verdicts('shapedLoadedP95', { ours: { shapedLoadedP95: 20.5, shapedIdleP95: 0.5 } })).toEqual([
    { goal, measured: 'idle + 20.0 ms', isReached: reached },
  ])
  expect(verdicts('shapedLoadedP95', { ours: { shapedLoadedP95: 21, shapedIdleP95: 0.5 } })).toEqual([
    { goal, measured: 'idle + 20.5 ms', isReached: missed },
  ])
})

it('in absolute numbers: at most, at least, and none more', () => {
  expect(verdicts('relayIdle', { ours: { relayIdle: 55 } })).toEqual([
    { goal: 'memory when idle, relay ≤ 55 MB', measured: '55.0 MB', isReached: reached },
  ])
  expect(verdicts('relayIdle', { ours: { relayIdle: 55.1 } })[0]?.isReached).toBe(missed)
  expect(verdicts('directDown', { 'ours private': { directDown: 90 } })).toEqual([
    {
      goal: 'past a server of 4 Mbit/s: a copy from the lab (ours private) ≥ 90 Mbit/s',
      measured: '90.0 Mbit/s',
      isReached: reached,
    },
  ])
  expect(verdicts('directDown', { 'ours private': { directDown: 89.9 } })[0]?.isReached).toBe(missed)
  expect(verdicts('descriptorsGrown', { ours: { descriptorsGrown: 0 } })).toEqual([
    {
      goal: 'descriptors after 100,000 connections, more than at the start ≤ 0',
      measured: '0',
      isReached: reached,
    },
  ])
})

it('what did not happen in time misses its goal', () => {
  expect(verdicts('deadLink', { ours: { deadLink: null } })).toEqual([
    { goal: 'dead link: until a new visitor is told ≤ 10 s', measured: 'not in time', isReached: missed },
  ])
})

it.each<[what: string, FigureName, Record<string, Measured>]>([
  ['the figure was not measured', 'streams', { frp: { streams: 100 } }],
  ['the peer was not', 'streams', { ours: { streams: 100 } }],
  ['the peer was not in time', 'wanCrowdP50', { ours: { wanCrowdP50: 1 }, frp: { wanCrowdP50: null } }],
  ['the peer has nothing to multiply', 'streams', { ours: { streams: 0 }, frp: { streams: 0 } }],
  ['the other figure was not measured', 'filesUp', { ours: { filesUp: 100 } }],
  ['the other figure is nothing', 'filesUp', { ours: { filesUp: 100, scpUp: 0 } }],
  ['nothing was counted', 'loadedP95', { ours: { loadedP95: NaN }, frp: { loadedP95: 1 } }],
  ['nothing was counted at the peer', 'loadedP95', { ours: { loadedP95: 1 }, frp: { loadedP95: NaN } }],
])('there is no verdict where %s', (_what, figure, measured) => {
  expect(verdicts(figure, measured)).toEqual([])
})
