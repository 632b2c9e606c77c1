import { expect, test } from 'vitest'
import { trafficScale } from './traffic-scale.ts'

const labels = (highest: number) => trafficScale(highest).lines.map(({ label }) => label)

test('four lines from zero, the unit on the top one only', () => {
  expect(labels(4_800_000)).toEqual(['0', '2', '4', '6 MB/s'])
  expect(labels(1_200_000)).toEqual(['0', '0.5', '1.0', '1.5 MB/s'])
})

test('the scale holds the highest value, over five powers of ten', () => {
  const tooLow: number[] = []
  for (let highest = 1_000; highest < 1e9; highest *= 1.37) {
    if (trafficScale(highest).top < highest) tooLow.push(highest)
  }
  expect(tooLow).toEqual([])
})

test('noise under 10 KB/s stays flat', () => {
  expect(trafficScale(0).top).toBeGreaterThanOrEqual(9_000)
})
