import { describe, expect, it } from 'vitest'
import { emptyLimits, limitDraftOf, limitsOf, wrongLimits } from './limit-draft.ts'

describe('limits as they are typed', () => {
  it('become what the relay takes, in bytes, with the end of the last day', () => {
    const draft = {
      ...emptyLimits(),
      down: '20',
      up: '2.5',
      month: '50',
      total: '400',
      connections: '8',
      until: '2026-12-31',
    }
    expect(limitsOf({ ...draft, allow: '36.112.4.81, 202.114.66.0/24' })).toEqual({
      downBytesPerSecond: 2_500_000,
      upBytesPerSecond: 312_500,
      monthlyQuotaBytes: 50e9,
      quotaBytes: 400e9,
      maxConnections: 8,
      expiresAtMs: new Date(2027, 0, 1).getTime(),
      allow: ['36.112.4.81', '202.114.66.0/24'],
    })
  })

  it('come back as they were typed, and a field that is emptied takes its limit away', () => {
    const typed = {
      ...emptyLimits(),
      down: '1.5',
      up: '20',
      total: '3',
      month: '0.2',
      until: '2026-11-30',
      deny: '10.0.0.0/8',
    }
    const limits = limitsOf(typed)
    expect(limitDraftOf(limits)).toEqual(typed)
    expect(limitsOf({ ...emptyLimits() }, limits)).toEqual({})
  })

  it('leave alone what was not touched, to the byte and the millisecond', () => {
    const before = {
      rateBytesPerSecond: 5,
      downBytesPerSecond: 7,
      quotaBytes: 9,
      expiresAtMs: 1_800_000_000_123,
    }
    const shown = limitDraftOf(before)
    expect(wrongLimits(shown)).toEqual([])
    expect(limitsOf(shown, before)).toEqual(before)
    expect(limitsOf({ ...shown, up: '8' }, before)).toEqual({ ...before, upBytesPerSecond: 1_000_000 })
    expect(limitsOf({ ...shown, both: '' }, before)).not.toHaveProperty('rateBytesPerSecond')
  })

  it('have a total of nothing from a command line only, and keep it', () => {
    expect(limitsOf(limitDraftOf({ quotaBytes: 0 }), { quotaBytes: 0 })).toEqual({ quotaBytes: 0 })
    expect(wrongLimits({ ...emptyLimits(), total: '0' })).toEqual(['total'])
  })

  it('are told when they cannot be right', () => {
    const wrong = {
      down: 'fast',
      up: '1e3',
      both: '0',
      month: '-1',
      total: '5 GB',
      connections: '0',
      allow: 'lab',
      deny: '10.0.0.0/33',
    }
    expect(wrongLimits({ ...emptyLimits(), ...wrong })).toEqual(Object.keys(wrong).toSorted(byField))
    expect(wrongLimits({ ...emptyLimits(), down: '0,5', allow: '2001:db8::/32 192.0.2.1' })).toEqual([])
  })
})

const order = ['down', 'up', 'both', 'month', 'total', 'connections', 'tunnels', 'until', 'allow', 'deny']
const byField = (one: string, other: string): number => order.indexOf(one) - order.indexOf(other)
