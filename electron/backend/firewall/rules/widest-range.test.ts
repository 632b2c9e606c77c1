import { expect, test } from 'vitest'
import { widestRange } from './widest-range.ts'

test('the widest range counts, single ports are ranges too, empty means the usual one', () => {
  expect(widestRange('10001,7000-7100, 8000 - 9000')).toEqual({ from: 8000, to: 9000 })
  expect(widestRange('10001')).toEqual({ from: 10001, to: 10001 })
  expect(widestRange('')).toEqual({ from: 7000, to: 9000 })
})
