import { expect, test } from 'vitest'
import { measureRate, measureRoundTrips } from './measured-rate.ts'

const { signal } = new AbortController()
const kib = 1024

test('a rate moves no more bytes than it may, and a chunk that never arrives is given up', async () => {
  let moved = 0
  const most = { chunkBytes: 64 * kib, maxBytes: 2048 * kib, maxMs: 5_000, signal }
  const rate = await measureRate({ ...most, move: async () => (moved += 1) })
  expect(moved).toBe(32)
  expect(rate).toBeGreaterThan(0)
  const stuck = { ...most, maxMs: 30 }
  const given: unknown[] = []
  const never = ({ signal: end }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) =>
      end.addEventListener('abort', () => {
        given.push(end.reason)
        reject(end.reason as Error)
      }),
    )
  expect(await measureRate({ ...stuck, move: never })).toBeNull()
  expect(given).toHaveLength(1)
})

test('a rate that fails says so, and ends with its signal', async () => {
  const most = { chunkBytes: 1, maxBytes: 10, maxMs: 5_000 }
  await expect(
    measureRate({ ...most, signal, move: () => Promise.reject(new Error('gone')) }),
  ).rejects.toThrow('gone')
  const end = new AbortController()
  const never = measureRate({ ...most, signal: end.signal, move: () => new Promise(() => undefined) })
  end.abort(new Error('the page has gone'))
  await expect(never).rejects.toThrow('the page has gone')
})

test('the round trip is the middle one', async () => {
  let asked = 0
  const { roundTripMs, variesMs } = await measureRoundTrips(5, async () => (asked += 1))
  expect(asked).toBe(5)
  expect(roundTripMs).toBeGreaterThanOrEqual(0)
  expect(variesMs).toBeGreaterThanOrEqual(0)
})
