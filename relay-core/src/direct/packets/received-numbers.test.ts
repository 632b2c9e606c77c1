import { expect, it } from 'vitest'
import { ReceivedNumbers } from './received-numbers.ts'

it('knows what has come in which order whatever', () => {
  const numbers = new ReceivedNumbers()
  for (const number of [0, 1, 5, 3, 9, 4, 2]) expect(numbers.add(number)).toBe(true)
  for (const number of [0, 1, 5, 3, 9, 4, 2]) expect(numbers.add(number)).toBe(false)
  expect(numbers.ranges).toEqual([
    { from: 9, to: 9 },
    { from: 0, to: 5 },
  ])
  expect(numbers.largest).toBe(9)
})

it('forgets the oldest ranges, and takes nothing that it cannot know', () => {
  const numbers = new ReceivedNumbers()
  for (let number = 0; number < 80; number += 2) numbers.add(number)
  expect(numbers.ranges).toHaveLength(32)
  expect(numbers.add(1)).toBe(false)
  expect(numbers.add(0)).toBe(false)
  expect(numbers.add(77)).toBe(true)
})
