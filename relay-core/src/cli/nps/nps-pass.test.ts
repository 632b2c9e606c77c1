import { expect, test } from 'vitest'
import { readUntil } from './nps-pass.ts'

const nowMs = Date.UTC(2026, 0, 5, 10)

test('the end of a pass is a day, a time, or so long from now', () => {
  expect(readUntil('8h', nowMs)).toBe(nowMs + 8 * 3_600_000)
  expect(readUntil('3d', nowMs)).toBe(nowMs + 3 * 86_400_000)
  expect(readUntil('2027-01-31T18:00:00Z', nowMs)).toBe(Date.UTC(2027, 0, 31, 18))
  expect(readUntil('2027-01-31', nowMs)).toBe(new Date(2027, 0, 31, 23, 59, 59).getTime())
  expect(() => readUntil('soon', nowMs)).toThrow(/-until needs/)
  expect(() => readUntil('9999d', nowMs)).toThrow(/-until needs/)
})
