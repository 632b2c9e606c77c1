import { expect, test } from 'vitest'
import { Feed } from './feed.ts'

test('a watcher gets the current value first, then each change', async () => {
  const feed = new Feed(1)
  const values = feed.watch()
  expect((await values.next()).value).toBe(1)
  const next = values.next()
  feed.set(2)
  expect((await next).value).toBe(2)
})

test('a slow watcher gets the newest value, not every one', async () => {
  const feed = new Feed(0)
  const values = feed.watch()
  await values.next()
  for (let value = 1; value <= 1_000; value += 1) feed.set(value)
  expect((await values.next()).value).toBe(1_000)
})

test('the number of watchers is told, whichever way one leaves', async () => {
  const counts: number[] = []
  const feed = new Feed(0, { onWatchers: (count) => counts.push(count) })
  const stop = new AbortController()
  const aborted = feed.watch(stop.signal)
  const returned = feed.watch()
  await aborted.next()
  await returned.next()
  const waiting = aborted.next()
  stop.abort()
  expect((await waiting).done).toBe(true)
  await returned.return()
  expect(counts).toEqual([1, 2, 1, 0])
})

test('closing ends every watcher', async () => {
  const feed = new Feed(0)
  const values = feed.watch()
  await values.next()
  const waiting = values.next()
  feed.close()
  expect((await waiting).done).toBe(true)
  expect((await feed.watch().next()).done).toBe(true)
})
