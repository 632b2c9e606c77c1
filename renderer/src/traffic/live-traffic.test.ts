import { expect, test } from 'vitest'
import { unknownRuns } from './traffic-points.ts'
import { drawnMinute, type LiveMinute, nextMinute, totalsOfMinute } from './live-traffic.ts'

const second = (atMs: number, ...tunnelIds: string[]) => ({
  atMs,
  tunnels: tunnelIds.map((tunnelId) => ({
    tunnelId,
    downBytesPerSecond: 5,
    upBytesPerSecond: 0,
    downBytes: 5,
    upBytes: 0,
    connections: 1,
  })),
})
const after = (...seconds: ReturnType<typeof second>[]) =>
  seconds.reduce<ReadonlyMap<string, LiveMinute>>(nextMinute, new Map())

test('while its server is lost a tunnel has a gap, never a line at zero', () => {
  const points = after(
    second(1_000, 'here', 'lost'),
    second(2_000, 'here'),
    second(3_000, 'here', 'lost'),
  ).get('lost')?.points
  expect(points?.map(({ downBytesPerSecond }) => downBytesPerSecond)).toEqual([5, null, 5])
  expect(unknownRuns(points ?? [])).toEqual([{ fromMs: 2_000, toMs: 3_000 }])
})

test('of a tunnel that is gone for a minute nothing is kept', () => {
  const seconds = Array.from({ length: 60 }, (_, index) => second(2_000 + index * 1_000, 'here'))
  expect([...after(second(1_000, 'here', 'gone'), ...seconds).keys()]).toEqual(['here'])
})

test('an outage longer than the minute is all that is drawn, and its sums are unknown; before the first second nothing is', () => {
  const nowMs = 100_000
  const drawn = drawnMinute([], { isAway: true, nowMs })
  expect(unknownRuns(drawn)).toEqual([{ fromMs: 40_000, toMs: nowMs }])
  expect(totalsOfMinute([])).toBeNull()
  expect(drawnMinute([], { isAway: false, nowMs })).toEqual([])
})
