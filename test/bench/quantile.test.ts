import { expect, it } from 'vitest'
import { quantile } from './quantile.ts'

it.each([
  { values: [7], share: 0.95, is: 7 },
  { values: [3, 1, 2], share: 0.5, is: 2 },
  { values: [4, 1, 2, 3], share: 0.5, is: 2.5 },
  { values: [10, 9, 1], share: 0, is: 1 },
  { values: [10, 9, 1], share: 1, is: 10 },
  // Numbers, and not their letters, are put in order.
  { values: [100, 20, 3], share: 0.5, is: 20 },
  { values: Array.from({ length: 101 }, (_, index) => 100 - index), share: 0.99, is: 99 },
])('$share of $values is $is', ({ values, share, is }) => {
  expect(quantile(values, share)).toBe(is)
})

it('leaves the values in their order', () => {
  const values = [3, 1, 2]
  quantile(values, 0.5)
  expect(values).toEqual([3, 1, 2])
})

it('has no value of none', () => {
  expect(quantile([], 0.5)).toBeNaN()
})
