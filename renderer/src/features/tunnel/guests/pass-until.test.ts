import { expect, test } from 'vitest'
import { parseDay, untilOf } from './pass-until.ts'

const nowMs = new Date(2026, 10, 26, 10, 42).getTime()

test('a pass ends with today, in three days, in thirty, or with a day', () => {
  expect(new Date(untilOf('today', '', nowMs) ?? 0)).toEqual(new Date(2026, 10, 26, 23, 59, 59))
  expect(untilOf('threeDays', '', nowMs)).toBe(nowMs + 3 * 86_400_000)
  expect(untilOf('month', '', nowMs)).toBeLessThan(nowMs + 30 * 86_400_000)
  expect(new Date(untilOf('date', '2026-12-01', nowMs) ?? 0)).toEqual(new Date(2026, 11, 1, 23, 59, 59))
})

test.each(['', 'tomorrow', '2026-11-25', '2026-13-01', '2026-11-31', '2027-11-26', '26.11.2026'])(
  '%j is no day for a pass to end',
  (text) => expect(parseDay(text, nowMs)).toBeNull(),
)
