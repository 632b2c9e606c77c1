import { expect, test } from 'vitest'
import type { Watched } from '../../api/webhook/watch-models.ts'
import { eventOfWatch, nextResting } from './judge-watches.ts'

const nowMs = 1_800_000_000_000
const minute = 60_000
const ends = {
  wish: { kind: 'process-ends', pid: 42, startedAtMs: nowMs - 60 * minute, name: 'train.py' },
} as const
const none: Watched = { processes: [], gpus: null }
const at = (answer: Watched, resting = new Map<number, number>()) => ({ lab: 'a100', answer, resting, nowMs })

test('a process has ended when it is not there, or another one has its number', () => {
  const there = { pid: 42, startedAtMs: ends.wish.startedAtMs + 900 }
  expect(eventOfWatch(ends, at({ ...none, processes: [there] }))).toBeNull()
  const event = { event: 'process-ended', process: 'train.py', lab: 'a100', ranMs: 60 * minute }
  expect(eventOfWatch(ends, at(none))).toEqual(event)
  expect(eventOfWatch(ends, at({ ...none, processes: [{ pid: 42, startedAtMs: nowMs }] }))).toEqual(event)
})

test('a GPU is free after five minutes of rest, which begin anew with each use', () => {
  const gpus = (...uses: number[]): Watched => ({
    processes: [],
    gpus: uses.map((usePercent, index) => ({ index, usePercent, usedBytes: 1e8 })),
  })
  const wish = { wish: { kind: 'gpus-free', count: 1 } } as const
  const first = nextResting(new Map(), gpus(1, 90), nowMs - 5 * minute)
  const second = nextResting(first, gpus(0, 0), nowMs)
  expect(eventOfWatch(wish, at(gpus(0, 0), new Map(second)))).toEqual({
    event: 'gpus-free',
    lab: 'a100',
    gpus: [0],
  })
  expect(eventOfWatch({ wish: { kind: 'gpus-free', count: 2 } }, at(gpus(0, 0), new Map(second)))).toBeNull()
  const busy = nextResting(first, gpus(50, 0), nowMs)
  expect(eventOfWatch(wish, at(gpus(50, 0), new Map(busy)))).toBeNull()
  expect(nextResting(first, none, nowMs).size).toBe(0)
})
