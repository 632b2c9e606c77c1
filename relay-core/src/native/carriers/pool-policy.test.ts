import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carriersToAskFor, carriersToClose, poolLimits, spareCarriers } from './pool-policy.ts'

describe('carrier pool', () => {
  it('asks for the first spare ones at once, and for no more than is missing', () => {
    expect(carriersToAskFor({ total: 0, idle: 0, waiting: 0, asked: 0 })).toBe(poolLimits.minSpare)
    expect(carriersToAskFor({ total: 0, idle: 0, waiting: 0, asked: 2 })).toBe(0)
    expect(carriersToAskFor({ total: 2, idle: 2, waiting: 0, asked: 0 })).toBe(0)
    expect(carriersToAskFor({ total: 2, idle: 0, waiting: 30, asked: 0 })).toBe(36)
  })

  it('grows with use and shrinks to what was needed', () => {
    expect(spareCarriers(0)).toBe(poolLimits.minSpare)
    expect(spareCarriers(1)).toBe(poolLimits.minSpareInUse)
    expect(spareCarriers(40)).toBe(10)
    expect(spareCarriers(100_000)).toBe(poolLimits.maxSpare)
    expect(carriersToClose({ total: 40, idle: 40, minIdle: 40 })).toBe(38)
    expect(carriersToClose({ total: 40, idle: 40, minIdle: 0 })).toBe(0)
  })

  it('never asks for more than there may be, nor closes what it does not have', () => {
    const count = fc.nat(poolLimits.maxCarriers)
    fc.assert(
      fc.property(count, count, count, fc.nat(10_000), (a, b, asked, waiting) => {
        const total = Math.max(a, b)
        const idle = Math.min(a, b)
        const ask = carriersToAskFor({ total, idle, waiting, asked })
        expect(ask).toBeGreaterThanOrEqual(0)
        expect(ask === 0 || total + asked + ask <= poolLimits.maxCarriers).toBe(true)
        const close = carriersToClose({ total, idle, minIdle: asked })
        expect(close).toBeGreaterThanOrEqual(0)
        expect(close).toBeLessThanOrEqual(idle)
      }),
    )
  })
})
