import { describe, expect, it } from 'vitest'
import { PackingCost } from './packing-cost.ts'

const megabit = (perSecond: number) => 8 / 1_000 / perSecond

describe('the level at which bytes are packed', () => {
  it.each([
    [1, 9],
    [5, 9],
    [100, 3],
    [10_000, undefined],
  ])('on a line of %i Mbit/s', (megabits, level) => {
    expect(new PackingCost().levelFor({ msPerByte: megabit(megabits), share: 0.3 })).toBe(level)
  })

  it('is none for what does not shrink', () => {
    expect(new PackingCost().levelFor({ msPerByte: megabit(1), share: 1 })).toBeUndefined()
  })

  it('is lower on a slow machine, and none on a very slow one', () => {
    const cost = new PackingCost()
    for (let block = 0; block < 100; block += 1) cost.took(9, 65_536, 20)
    expect(cost.levelFor({ msPerByte: megabit(20), share: 0.3 })).toBe(3)
    expect(cost.levelFor({ msPerByte: megabit(200), share: 0.3 })).toBeUndefined()
  })
})
