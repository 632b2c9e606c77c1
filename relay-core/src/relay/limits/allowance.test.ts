import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Allowance } from './allowance.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 30, 23) }))
afterEach(() => vi.useRealTimers())

test('a month that is used up closes the tunnel until the next one begins; the total goes on', () => {
  const limits = { monthlyQuotaBytes: 100, quotaBytes: 250 }
  const allowance = new Allowance({ owner: 'tunnel "board"', limits, usedBytes: 150, monthBytes: 60 })
  expect(allowance.bytesLeft).toBe(40)
  allowance.use(40)
  expect(allowance.refusal()).toMatchObject({
    code: 'quota-used',
    params: { untilMs: Date.UTC(2026, 11, 1) },
  })
  vi.setSystemTime(Date.UTC(2026, 11, 1))
  expect(allowance.refusal()).toBe(null)
  expect(allowance.bytesLeft).toBe(60)
  allowance.use(60)
  expect(allowance.refusal()?.params).not.toHaveProperty('untilMs')
})

test('a clock that was in another year for a while neither closes the tunnel until then nor opens it', () => {
  const limits = { monthlyQuotaBytes: 100 }
  const allowance = new Allowance({ owner: 'tunnel "board"', limits, usedBytes: 0 })
  vi.setSystemTime(Date.UTC(2031, 4, 1))
  allowance.use(60)
  vi.setSystemTime(Date.UTC(2026, 10, 30, 23))
  expect(allowance.bytesLeft).toBe(40)
  allowance.use(40)
  expect(allowance.refusal()?.params).toMatchObject({ untilMs: Date.UTC(2026, 11, 1) })
  vi.setSystemTime(Date.UTC(2026, 11, 1))
  expect(allowance.bytesLeft).toBe(100)
})
