import { describe, expect, it } from 'vitest'
import { ConnectionLimit } from './connection-limit.ts'

describe('connection limit', () => {
  it('limits one address without touching another, and all together', () => {
    const limit = new ConnectionLimit({ perAddress: 2, total: 3 })
    const leave = limit.enter('192.0.2.1')
    expect(leave).toBeDefined()
    expect(limit.enter('192.0.2.1')).toBeDefined()
    expect(limit.enter('192.0.2.1')).toBeUndefined()
    expect(limit.enter('192.0.2.2')).toBeDefined()
    expect(limit.enter('192.0.2.3')).toBeUndefined()
    leave?.()
    leave?.()
    expect(limit.enter('192.0.2.3')).toBeDefined()
    expect(limit.enter('192.0.2.4')).toBeUndefined()
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
    ['2001:db8::1', '2001:db8:0:0:5::2'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3::1', '2001:db8:1:2::9'],
    ['2001:DB8:1:2:3:4:5::', '2001:db8:1:2:0:0:192.0.2.1'],
    ['fe80::1%eth0', 'fe80::2%eth1'],
  ])('takes %s and %s for one', (one, other) => {
    const limit = new ConnectionLimit({ perAddress: 1, total: 9 })
    expect(limit.enter(one)).toBeDefined()
    expect(limit.enter(other)).toBeUndefined()
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['2001:db8::5:0:0:0:1', '2001:db8::6:0:0:0:1'],
    ['::1:2:3:4:5:6', '::7:2:3:4:5:6'],
  ])('tells the homes of %s and %s apart', (one, other) => {
    const limit = new ConnectionLimit({ perAddress: 1, total: 9 })
    expect(limit.enter(one)).toBeDefined()
    expect(limit.enter(other)).toBeDefined()
  })
})
