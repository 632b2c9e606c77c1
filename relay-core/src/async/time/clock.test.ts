import { describe, expect, it } from 'vitest'
import { systemClock } from './clock.ts'
import { every } from './every.ts'
import { ManualClock } from '../../testing/manual-clock.ts'

describe('systemClock', () => {
  it('calls once, and not when it was taken back', async () => {
    const calls: string[] = []
    systemClock.after(1, () => calls.push('disposed of'))[Symbol.dispose]()
    await new Promise<void>((resolve) => systemClock.after(5, resolve, { ref: true }))
    using _forgotten = systemClock.after(60_000, () => calls.push('too late'), { ref: false })
    expect(calls).toEqual([])
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
  })
})

describe('every', () => {
  it('repeats until it is disposed of, also from inside', () => {
    const clock = new ManualClock()
    let calls = 0
    const repeated = every(
      100,
      () => {
        calls += 1
        if (calls === 3) repeated[Symbol.dispose]()
      },
      { clock },
    )
    clock.advance(99)
    expect(calls).toBe(0)
    clock.advance(1_000)
    expect(calls).toBe(3)
    expect(clock.waiting).toBe(0)
  })
})
