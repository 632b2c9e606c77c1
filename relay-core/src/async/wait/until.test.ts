import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { until } from './until.ts'

describe('until', () => {
  it('settles as the promise does, and leaves no timer and no listener', async () => {
    const clock = new ManualClock()
    const signal = countedSignal()
    const wait = { signal: signal.signal, timeoutMs: 100, onTimeout: () => new Error('late'), clock }
    await expect(until(Promise.resolve(7), wait)).resolves.toBe(7)
    await expect(until(Promise.reject(new Error('own')), wait)).rejects.toThrow('own')
    expect(clock.waiting).toBe(0)
    expect(signal.listeners).toBe(0)
  })

  it("rejects with the caller's own reason, before or while it waits", async () => {
    const clock = new ManualClock()
    const reason = new Error('the window was closed')
    const never = new Promise<void>(() => undefined)
    const abort = new AbortController()
    const waiting = until(never, {
      signal: abort.signal,
      timeoutMs: 100,
      onTimeout: () => new Error('late'),
      clock,
    })
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(until(never, { signal: abort.signal })).rejects.toBe(reason)
    expect(clock.waiting).toBe(0)
  })

  it('rejects with the failure that the caller chose when time is up, not a moment before', async () => {
    const clock = new ManualClock()
    let outcome: unknown
    const late = new Error('late')
    const waiting = until(new Promise<void>(() => undefined), {
      timeoutMs: 100,
      onTimeout: () => late,
      clock,
    }).catch((error: unknown) => (outcome = error))
    clock.advance(99)
    await Promise.resolve()
    expect(outcome).toBeUndefined()
    clock.advance(1)
    await waiting
    expect(outcome).toBe(late)
  })

  it('hears no more of a promise that fails after the wait is over', async () => {
    const work = Promise.withResolvers<void>()
    await expect(until(work.promise, { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow(
      'left',
    )
    // The run fails by an unhandled rejection if someone should have listened.
    work.reject(new Error('unheard'))
    await new Promise((resolve) => setImmediate(resolve))
  })
})

/** Counts who listens. */
function countedSignal(): { signal: AbortSignal; listeners: number } {
  const { signal } = new AbortController()
  const counted = { signal, listeners: 0 }
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
    counted.listeners += 1
    addEventListener.apply(signal, args)
  }
  signal.removeEventListener = (...args: Parameters<AbortSignal['removeEventListener']>) => {
    counted.listeners -= 1
    removeEventListener.apply(signal, args)
  }
  return counted
}
