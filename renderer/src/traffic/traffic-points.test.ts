import { expect, test } from 'vitest'
import { pointsOfHistory, totalsOf, unknownRuns } from './traffic-points.ts'

const history = (...bytes: (number | null)[]) => ({
  periodMs: 60_000,
  points: bytes.map((downBytes, index) => ({ atMs: index * 60_000, downBytes, upBytes: downBytes })),
})
const drawn = (...bytes: (number | null)[]) =>
  pointsOfHistory(history(...bytes)).map(({ atMs, downBytesPerSecond }) => [
    atMs / 60_000,
    downBytesPerSecond,
  ])

test('even traffic is an even line: the minute that is still going on is no fall at its end', () => {
  expect(drawn(6_000, 6_000, 100)).toEqual([
    [0, 100],
    [1, 100],
    [2, 100],
  ])
})

test('the first minute of all is drawn while it is going on', () => {
  expect(drawn(null, 600)).toEqual([
    [0, null],
    [1, 10],
    [2, 10],
  ])
  expect(drawn(600)).toEqual([
    [0, 10],
    [1, 10],
  ])
  expect(drawn()).toEqual([])
})

test('what was read last stays while the server cannot be asked, and the time since then is unknown', () => {
  const points = pointsOfHistory(history(6_000, 6_000, 100), 3 * 60_000)
  expect(points.slice(0, 3)).toEqual(pointsOfHistory(history(6_000, 6_000, 100)))
  expect(unknownRuns(points)).toEqual([{ fromMs: 2 * 60_000 + 1, toMs: 5 * 60_000 }])
})

test('the sums are of the time that the graph shows: after an outage longer than that they are unknown, not none', () => {
  expect(totalsOf(history(1_000, null, 20, 3))).toEqual({ downBytes: 1_023, upBytes: 1_023 })
  expect(totalsOf(history(1_000, null, 20, 3), 60_000)).toEqual({ downBytes: 23, upBytes: 23 })
  expect(totalsOf(history(1_000, null, 20, 3), 4 * 60_000)).toBeNull()
  expect(totalsOf(history(0, 0))).toEqual({ downBytes: 0, upBytes: 0 })
})
