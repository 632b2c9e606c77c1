import { expect, test } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { SeekLimits } from './seek-limits.ts'

test('one visitor has two attempts in ten seconds, by however many links; others have theirs', () => {
  const clock = new ManualClock()
  const limits = new SeekLimits({ clock })
  const begin = (visitor: string) => limits.begin(visitor, { wouldGuess: false })
  expect(begin('a')).toBeDefined()
  clock.advance(4_000)
  expect(begin('a')).toBeDefined()
  expect(begin('a')).toBeUndefined()
  expect(begin('b')).toBeDefined()
  clock.advance(5_999)
  expect(begin('a')).toBeUndefined()
  clock.advance(1)
  expect(begin('a')).toBeDefined()
  expect(begin('a')).toBeUndefined()
})

test('one attempt at a time guesses ports; the others do without', () => {
  const limits = new SeekLimits({ clock: new ManualClock() })
  const first = limits.begin('a', { wouldGuess: true })
  const second = limits.begin('b', { wouldGuess: true })
  expect([first?.mayGuess, second?.mayGuess]).toEqual([true, false])
  second?.[Symbol.dispose]()
  expect(limits.begin('c', { wouldGuess: true })?.mayGuess).toBe(false)
  first?.[Symbol.dispose]()
  expect(limits.begin('d', { wouldGuess: false })?.mayGuess).toBe(false)
  expect(limits.begin('e', { wouldGuess: true })?.mayGuess).toBe(true)
})
