import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { untilSettled } from './until-settled.ts'

const late = new Error('late')

describe('untilSettled', () => {
  it('ends in the moment in which it is settled, and only once', async () => {
    const clock = new ManualClock()
    const ends: boolean[] = []
    let settle: (value: number) => void = () => undefined
    const waiting = untilSettled<number>(
      (resolve) => {
        settle = resolve
        return (isGivenUp) => ends.push(isGivenUp)
      },
      { timeoutMs: 100, onTimeout: () => late, clock },
    )
    settle(1)
    expect(ends).toEqual([false])
    expect(clock.waiting).toBe(0)
    settle(2)
    clock.advance(100)
    expect(ends).toEqual([false])
    await expect(waiting).resolves.toBe(1)
  })

  it('is given up in the moment in which the signal fires or time is up', async () => {
    const clock = new ManualClock()
    const abort = new AbortController()
    const ends: string[] = []
    const begin = (name: string) => () => (isGivenUp: boolean) => {
      ends.push(`${name} ${isGivenUp}`)
    }
    const aborted = untilSettled(begin('aborted'), { signal: abort.signal })
    const timedOut = untilSettled(begin('late'), { timeoutMs: 5, onTimeout: () => late, clock })
    abort.abort(new Error('left'))
    clock.advance(5)
    expect(ends).toEqual(['aborted true', 'late true'])
    expect(await Promise.allSettled([aborted, timedOut])).toMatchObject([
      { reason: { message: 'left' } },
      { reason: late },
    ])
  })

  it('ends what is settled or fails while it begins, and begins nothing for a signal that has fired', async () => {
    let ends = 0
    const now = untilSettled<number>((resolve) => {
      resolve(7)
      return () => (ends += 1)
    }, {})
    await expect(now).resolves.toBe(7)
    expect(ends).toBe(1)
    const clock = new ManualClock()
    const failing = untilSettled(
      () => {
        throw new Error('not begun')
      },
      { timeoutMs: 5, onTimeout: () => late, clock },
    )
    await expect(failing).rejects.toThrow('not begun')
    expect(clock.waiting).toBe(0)
    const begin = () => {
      ends += 1
      return () => undefined
    }
    await expect(untilSettled(begin, { signal: AbortSignal.abort(late) })).rejects.toBe(late)
    expect(ends).toBe(1)
  })

  it('rejects with what its end, or naming the timeout, throws', async () => {
    const clock = new ManualClock()
    const broken = () => {
      throw new Error('cannot end')
    }
    const ending = untilSettled(() => broken, { timeoutMs: 5, onTimeout: () => late, clock })
    const naming = untilSettled(() => () => undefined, { timeoutMs: 5, onTimeout: broken, clock })
    clock.advance(5)
    await expect(ending).rejects.toThrow('cannot end')
    await expect(naming).rejects.toThrow('cannot end')
  })
})
