import { expect, it } from 'vitest'
import { ConsolePasses } from './console-passes.ts'

it('a pass lets in once, and not after a minute', () => {
  let nowMs = 1_000
  const passes = new ConsolePasses(() => nowMs)
  const { token, expiresAtMs } = passes.issue()
  expect(expiresAtMs).toBe(61_000)
  expect(passes.redeem('another')).toBe(false)
  expect(passes.redeem(token)).toBe(true)
  expect(passes.redeem(token)).toBe(false)
  const late = passes.issue().token
  nowMs = 62_000
  expect(passes.redeem(late)).toBe(false)
})

it('as many passes as one may ask for take no more room than a hundred', () => {
  const passes = new ConsolePasses(() => 0)
  const first = passes.issue().token
  const others = Array.from({ length: 100 }, () => passes.issue().token)
  expect(passes.redeem(first)).toBe(false)
  expect(others.every((token) => passes.redeem(token))).toBe(true)
})
