import { expect, it } from 'vitest'
import { pauseMs, soonThenLater } from './backoff.ts'

it('tries again within about a second at first, and within four after minutes in vain', () => {
  expect(soonThenLater(1)).toEqual([200, 1_200])
  expect(soonThenLater(299)).toEqual([200, 1_200])
  expect(soonThenLater(300)).toEqual([2_000, 4_000])
})

it('leaves the moment within a pause to chance', () => {
  expect(pauseMs([200, 1_200], 0)).toBe(200)
  expect(pauseMs([200, 1_200], 0.5)).toBe(700)
  expect(pauseMs([2_000, 4_000], 0.999)).toBe(3_998)
})
