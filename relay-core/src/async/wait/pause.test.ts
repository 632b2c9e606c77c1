import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { pause } from './pause.ts'

describe('pause', () => {
  it('fulfils when its time has passed', async () => {
    const clock = new ManualClock()
    let isOver = false
    const paused = pause(100, { clock }).then(() => (isOver = true))
    clock.advance(99)
    await Promise.resolve()
    expect(isOver).toBe(false)
    clock.advance(1)
    await paused
    expect(isOver).toBe(true)
  })

  it("rejects with the caller's own reason, and leaves no timer", async () => {
    const clock = new ManualClock()
    const abort = new AbortController()
    const reason = new Error('stopped')
    const paused = pause(100, { signal: abort.signal, clock })
    abort.abort(reason)
    await expect(paused).rejects.toBe(reason)
    await expect(pause(100, { signal: abort.signal, clock })).rejects.toBe(reason)
    expect(clock.waiting).toBe(0)
  })
})
