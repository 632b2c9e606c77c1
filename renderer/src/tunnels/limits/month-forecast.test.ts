import { expect, test } from 'vitest'
import { monthForecast } from './month-forecast.ts'

const hour = 3_600_000
const now = Date.UTC(2026, 10, 21)
/** This many hours back from now, each with this many bytes. */
const hours = (count: number, bytes: number | null) => ({
  periodMs: hour,
  points: Array.from({ length: count }, (_, index) => ({
    atMs: now - (count - index) * hour,
    downBytes: bytes,
    upBytes: bytes === null ? null : 0,
  })),
})

test('the last week’s mean is carried on to the end of the month, and says the day the limit is reached', () => {
  // ten days are left, 240 hours
  const week = hours(168, 100)
  expect(monthForecast(week, { usedBytes: 50_000, limitBytes: null, nowMs: now })).toEqual({
    bytes: 74_000,
    fullAtMs: null,
  })
  const tight = monthForecast(week, { usedBytes: 50_000, limitBytes: 60_000, nowMs: now })
  expect(tight?.fullAtMs).toBe(now + 100 * hour)
  const used = monthForecast(week, { usedBytes: 60_000, limitBytes: 60_000, nowMs: now })
  expect(used?.fullAtMs).toBe(now)
})

test('what is older than a week does not count, nor time of which nothing is known', () => {
  const { points } = hours(336, 100)
  const busyBefore = points.map((point, index) => (index < 168 ? { ...point, downBytes: 9_000 } : point))
  const half = busyBefore.map((point, index) =>
    index % 2 === 0 ? { ...point, downBytes: null, upBytes: null } : point,
  )
  const from = { usedBytes: 0, limitBytes: null, nowMs: now }
  expect(monthForecast({ periodMs: hour, points: half }, from)?.bytes).toBe(24_000)
})

test('less than a day says nothing about a month; a quiet week says that nothing is added', () => {
  const from = { usedBytes: 7, limitBytes: 10, nowMs: now }
  expect(monthForecast(hours(23, 100), from)).toBe(null)
  expect(monthForecast(hours(168, null), from)).toBe(null)
  expect(monthForecast(hours(168, 0), from)).toEqual({ bytes: 7, fullAtMs: null })
})
