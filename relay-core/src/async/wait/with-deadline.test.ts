import { once, EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { withDeadline } from './with-deadline.ts'

const late = new Error('late')
const own = new Error('own')

describe('withDeadline', () => {
  it('is as the work is while there is time, and leaves no timer', async () => {
    const clock = new ManualClock()
    const wait = { timeoutMs: 100, onTimeout: () => late, clock }
    await expect(withDeadline(wait, async () => 7)).resolves.toBe(7)
    await expect(withDeadline(wait, () => Promise.reject(own))).rejects.toBe(own)
    expect(clock.waiting).toBe(0)
  })

  it('rejects with the chosen failure, whatever the work makes of its signal', async () => {
    const clock = new ManualClock()
    const wait = { timeoutMs: 100, onTimeout: () => late, clock }
    // The platform's own waits reject with an AbortError around the reason.
    const waiting = withDeadline(wait, (signal) => once(new EventEmitter(), 'never', { signal }))
    clock.advance(100)
    await expect(waiting).rejects.toBe(late)
  })

  it("rejects with the caller's reason, and does not begin once it has fired", async () => {
    const clock = new ManualClock()
    const abort = new AbortController()
    const wait = { signal: abort.signal, timeoutMs: 100, onTimeout: () => late, clock }
    const waiting = withDeadline(wait, (signal) => once(new EventEmitter(), 'never', { signal }))
    abort.abort(own)
    await expect(waiting).rejects.toBe(own)
    let begun = false
    await expect(withDeadline(wait, async () => (begun = true))).rejects.toBe(own)
    expect(begun).toBe(false)
    expect(clock.waiting).toBe(0)
  })

  it('waits for work that ends only after its time', async () => {
    const clock = new ManualClock()
    const work = Promise.withResolvers<number>()
    const waiting = withDeadline({ timeoutMs: 100, onTimeout: () => late, clock }, () => work.promise)
    clock.advance(100)
    work.resolve(7)
    await expect(waiting).resolves.toBe(7)
  })
})
