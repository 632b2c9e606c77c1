import { expect, it } from 'vitest'
import { someAtOnce } from './some-at-once.ts'

it('begins each in its order, and no more at once than it may', async () => {
  const begun: number[] = []
  let underWay = 0
  let most = 0
  await someAtOnce([1, 2, 3, 4, 5], 2, async (one) => {
    begun.push(one)
    most = Math.max(most, ++underWay)
    await Promise.resolve()
    underWay--
  })
  expect([begun, most]).toEqual([[1, 2, 3, 4, 5], 2])
})

it('rejects with the first failure, and begins no other after it', async () => {
  const begun: number[] = []
  const both = Promise.withResolvers<void>()
  const done = someAtOnce([1, 2, 3, 4], 2, async (one) => {
    begun.push(one)
    if (one === 1) throw new Error('the first one')
    await both.promise
  })
  await expect(done).rejects.toThrow('the first one')
  both.resolve()
  await both.promise
  await Promise.resolve()
  expect(begun).toEqual([1, 2])
})
