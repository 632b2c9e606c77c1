import { expect, test } from 'vitest'
import { addHistories } from './add-histories.ts'

const point = (atMs: number, downBytes: number | null, upBytes: number | null) => ({
  atMs,
  downBytes,
  upBytes,
})

test('points of the same period are added, whatever the servers’ clocks say within it', () => {
  const sum = addHistories(
    [
      { periodMs: 60_000, points: [point(60_000, 1, 2), point(120_000, 3, 4)] },
      { periodMs: 60_000, points: [point(60_250, 10, 20), point(180_250, 5, 6)] },
    ],
    'hour',
  )
  expect(sum.points).toEqual([point(60_000, 11, 22), point(120_000, 3, 4), point(180_000, 5, 6)])
})

test('what nobody knows stays unknown; what one server knows counts', () => {
  const sum = addHistories(
    [
      { periodMs: 60_000, points: [point(60_000, null, null), point(120_000, null, null)] },
      { periodMs: 60_000, points: [point(60_000, null, null), point(120_000, 7, 0)] },
    ],
    'hour',
  )
  expect(sum.points).toEqual([point(60_000, null, null), point(120_000, 7, 0)])
})

test('without a server there are no points', () => {
  expect(addHistories([], 'week')).toEqual({ periodMs: 3_600_000, points: [] })
})
