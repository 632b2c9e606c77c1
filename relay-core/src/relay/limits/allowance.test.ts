import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
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

test('a clock that is set forward past the last day of a tunnel ends its connections within a minute', () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 10, 30) })
  const limits = { expiresAtMs: Date.UTC(2026, 11, 31) }
  const allowance = new Allowance({ owner: 'tunnel "board"', limits, usedBytes: 0 })
  onTestFinished(() => allowance.close())
  let changes = 0
  allowance.onChange(() => changes++)
  vi.advanceTimersByTime(60_000)
  expect(changes).toBe(0)
  vi.setSystemTime(Date.UTC(2027, 0, 1))
  vi.advanceTimersByTime(60_000)
  expect([changes, allowance.refusal()?.code]).toEqual([1, 'expired'])
  vi.advanceTimersByTime(600_000)
  expect(changes).toBe(1)
  allowance.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('a server that has started with its clock ahead ends a tunnel at the true date, once its clock is right', () => {
  const date = Date.UTC(2026, 11, 31)
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.UTC(2027, 0, 1) })
  const allowance = new Allowance({
    owner: 'tunnel "board"',
    limits: { expiresAtMs: date },
    usedBytes: 0,
  })
  onTestFinished(() => allowance.close())
  let changes = 0
  allowance.onChange(() => changes++)
  expect(allowance.refusal()?.code).toBe('expired')
  vi.setSystemTime(date - 90_000)
  vi.advanceTimersByTime(60_000)
  expect([changes, allowance.refusal()]).toEqual([1, null])
  vi.advanceTimersByTime(29_999)
  expect(changes).toBe(1)
  vi.advanceTimersByTime(1)
  expect([changes, allowance.refusal()?.code]).toEqual([2, 'expired'])
})
