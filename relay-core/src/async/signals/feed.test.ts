import { describe, expect, it } from 'vitest'
import { changes } from './changes.ts'
import { Feed } from './feed.ts'
import { Signal } from './signal.ts'

describe('changes', () => {
  it('yields at once, then once for all changes since', async () => {
    const changed = new Signal()
    const abort = new AbortController()
    const seen = changes(changed, { signal: abort.signal })
    expect(await seen.next()).toEqual({ value: undefined, done: false })
    changed.emit()
    changed.emit()
    expect((await seen.next()).done).toBe(false)
    const third = seen.next()
    abort.abort()
    expect((await third).done).toBe(true)
  })
})

describe('Feed', () => {
  it('gives the current value first, then the newest one', async () => {
    const feed = new Feed(1)
    const watcher = feed.watch()
    expect((await watcher.next()).value).toBe(1)
    feed.set(2)
    feed.set(3)
    expect((await watcher.next()).value).toBe(3)
    const next = watcher.next()
    feed.set(4)
    expect((await next).value).toBe(4)
  })

  it('ends every watcher without an error when it closes or the signal fires, and counts them', async () => {
    const counts: number[] = []
    const feed = new Feed('a', { onWatchers: (count) => counts.push(count) })
    const abort = new AbortController()
    const [first, second] = [feed.watch(abort.signal), feed.watch()]
    await first.next()
    await second.next()
    const ends = [first.next(), second.next()]
    abort.abort()
    expect(await ends[0]).toEqual({ value: undefined, done: true })
    feed.close()
    feed.close()
    expect(await ends[1]).toEqual({ value: undefined, done: true })
    expect((await feed.watch().next()).done).toBe(true)
    expect(counts).toEqual([1, 2, 1, 0, 1, 0])
  })

  it('calls back with each value that is set', () => {
    const feed = new Feed(1)
    const seen: number[] = []
    const subscription = feed.subscribe((value) => seen.push(value))
    feed.set(2)
    subscription[Symbol.dispose]()
    feed.set(3)
    expect(seen).toEqual([2])
  })

  it('closing tells no listener, for no value was set', () => {
    const feed = new Feed(1)
    const seen: number[] = []
    feed.subscribe((value) => seen.push(value))
    feed.set(2)
    feed.close()
    expect(seen).toEqual([2])
  })
})
