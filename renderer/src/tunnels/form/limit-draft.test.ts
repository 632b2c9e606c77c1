import { describe, expect, it } from 'vitest'
import { emptyLimits, limitDraftOf, limitsOf, wrongLimits } from './limit-draft.ts'

describe('limits as they are typed', () => {
  it('become what the relay takes, in bytes, with the end of the last day', () => {
    const draft = { ...emptyLimits(), speed: '20', month: '50', connections: '8', until: '2026-12-31' }
    expect(limitsOf({ ...draft, allow: '36.112.4.81, 202.114.66.0/24' })).toEqual({
      downBytesPerSecond: 2_500_000,
      upBytesPerSecond: 2_500_000,
      monthlyQuotaBytes: 50e9,
      maxConnections: 8,
      expiresAtMs: new Date(2027, 0, 1).getTime(),
      allow: ['36.112.4.81', '202.114.66.0/24'],
    })
  })

  it('come back as they were typed, and a field that is emptied takes its limit away', () => {
    const typed = { ...emptyLimits(), speed: '1.5', month: '0.2', until: '2026-11-30', deny: '10.0.0.0/8' }
    const limits = limitsOf(typed)
    expect(limitDraftOf(limits)).toEqual(typed)
    expect(limitsOf({ ...typed, speed: '', month: '', until: '', deny: '' }, limits)).toEqual({})
  })

  it('leave alone what the form does not show', () => {
    const before = {
      rateBytesPerSecond: 5,
      downBytesPerSecond: 7,
      quotaBytes: 9,
      expiresAtMs: 1_800_000_000_123,
    }
    expect(limitsOf(limitDraftOf(before), before)).toEqual(before)
    expect(limitsOf({ ...limitDraftOf(before), speed: '8' }, before)).toEqual({
      quotaBytes: 9,
      expiresAtMs: 1_800_000_000_123,
      downBytesPerSecond: 1_000_000,
      upBytesPerSecond: 1_000_000,
    })
  })

  it('are told when they cannot be right', () => {
    const wrong = { speed: 'fast', month: '-1', connections: '0', allow: 'lab', deny: '10.0.0.0/33' }
    expect(wrongLimits({ ...emptyLimits(), ...wrong })).toEqual(Object.keys(wrong).toSorted(byField))
    expect(wrongLimits({ ...emptyLimits(), speed: '0,5', allow: '2001:db8::/32 192.0.2.1' })).toEqual([])
  })
})

const order = ['speed', 'month', 'connections', 'tunnels', 'until', 'allow', 'deny']
const byField = (one: string, other: string): number => order.indexOf(one) - order.indexOf(other)
