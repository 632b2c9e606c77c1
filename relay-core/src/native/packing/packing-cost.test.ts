import { describe, expect, it } from 'vitest'
import { PackingCost } from './packing-cost.ts'

const megabit = (perSecond: number) => 8 / 1_000 / perSecond
const block = 65_536

describe('the level at which bytes are packed', () => {
  it.each([
    [1, 6],
    [5, 6],
    [100, 3],
    [10_000, undefined],
  ])('on a line of %i Mbit/s', (megabits, level) => {
    expect(new PackingCost().levelFor({ msPerByte: megabit(megabits), share: 0.3 })).toBe(level)
  })

  it('is none for what does not shrink', () => {
    expect(new PackingCost().levelFor({ msPerByte: megabit(1), share: 1 })).toBeUndefined()
  })

  it('is lower on a slow machine, and none on a very slow one', () => {
    let now = 0
    const cost = new PackingCost(() => now)
    for (let blocks = 0; blocks < 100; blocks += 1) cost.took(6, block, 14)
    now += 1_000
    expect(cost.levelFor({ msPerByte: megabit(10), share: 0.3 })).toBe(3)
    expect(cost.levelFor({ msPerByte: megabit(200), share: 0.3 })).toBeUndefined()
  })

  it('is lower, and then none, when streams together have packed for a quarter of the time', () => {
    let now = 0
    const cost = new PackingCost(() => now)
    const line = { msPerByte: megabit(1), share: 0.3 }
    const packed: (number | undefined)[] = []
    for (let blocks = 0; blocks < 100; blocks += 1) {
      const level = cost.levelFor(line)
      packed.push(level)
      if (level !== undefined) cost.took(level, block, level === 6 ? 0.72 : 0.26)
    }
    const spentMs = packed.reduce<number>((sum, level) => sum + (level === 6 ? 0.72 : level ? 0.26 : 0), 0)
    expect(packed[0]).toBe(6)
    expect(packed).toContain(3)
    expect(packed.at(-1)).toBeUndefined()
    expect(spentMs).toBeGreaterThan(10)
    expect(spentMs).toBeLessThan(13)
    now += 50
    expect(cost.levelFor(line)).toBe(6)
  })
})
