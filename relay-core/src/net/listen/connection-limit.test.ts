import { describe, expect, it } from 'vitest'
import { ConnectionLimit } from './connection-limit.ts'

/** Enters as a connection that can be displaced, and tells whether it still is there. */
function visit(limit: ConnectionLimit, address: string) {
  const visitor = { isHere: true, place: limit.enter(address, () => (visitor.isHere = false)) }
  visitor.isHere = visitor.place !== undefined
  return visitor
}

describe('connection limit', () => {
  it('limits one address without touching another, and all together', () => {
    const limit = new ConnectionLimit({ perAddress: 2, total: 3 })
    const first = limit.enter('192.0.2.1')
    expect(first).toBeDefined()
    expect(limit.enter('192.0.2.1')).toBeDefined()
    expect(limit.enter('192.0.2.1')).toBeUndefined()
    expect(limit.enter('198.51.100.2')).toBeDefined()
    expect(limit.enter('198.51.100.3')).toBeUndefined()
    first?.leave()
    first?.leave()
    expect(limit.enter('198.51.100.3')).toBeDefined()
    expect(limit.enter('198.51.100.4')).toBeUndefined()
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
    ['2001:db8::1', '2001:DB8:0:0:5::2'],
    ['2001:db8:1::2:0:0:1', '2001:db8:1:0:9::'],
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
    ['2001:db8:1:2::', '2001:db8::1:2:0:0'],
  ])('tells the homes of %s and %s apart', (one, other) => {
    const limit = new ConnectionLimit({ perAddress: 1, total: 9 })
    expect(limit.enter(one)).toBeDefined()
    expect(limit.enter(other)).toBeDefined()
  })

  it.each([
    ['a /56', (at: number) => `2001:db8:1:${(0x200 + at).toString(16)}::1`, 4],
    ['a /48', (at: number) => `2001:db8:1:${(at * 256).toString(16)}::1`, 8],
    ['a /24', (at: number) => `192.0.2.${at}`, 4],
  ])('gives %s a few times the places of one address, however many it has', (_what, addressOf, most) => {
    const limit = new ConnectionLimit({ perAddress: 2, total: 99 })
    const places = Array.from({ length: 20 }, (_, at) => limit.enter(addressOf(at)))
    expect(places.filter((place) => place !== undefined)).toHaveLength(most)
  })

  it('is not shut by silence: the oldest that has said nothing goes', () => {
    const limit = new ConnectionLimit({ perAddress: 4, total: 4 })
    const crowd = [1, 2, 3, 4].map((at) => visit(limit, `198.51.${at}.1`))
    crowd[0]?.place?.spoke()
    expect(visit(limit, '192.0.2.1').isHere).toBe(true)
    expect(crowd.map(({ isHere }) => isHere)).toEqual([true, false, true, true])
  })

  it('lets a crowd displace itself, and nobody who has less', () => {
    const limit = new ConnectionLimit({ perAddress: 64, total: 8 })
    const honest = visit(limit, '192.0.2.1')
    const crowd = Array.from({ length: 100 }, () => visit(limit, '198.51.100.1'))
    for (const { place } of crowd) place?.spoke()
    expect(visit(limit, '203.0.113.1').isHere).toBe(true)
    expect(honest.isHere).toBe(true)
    expect(crowd.filter(({ isHere }) => isHere)).toHaveLength(6)
  })

  it('never displaces what has proved itself', () => {
    const limit = new ConnectionLimit({ perAddress: 2, total: 2 })
    const proved = [visit(limit, '192.0.2.1'), visit(limit, '192.0.2.1')]
    for (const { place } of proved) place?.keep()
    expect(visit(limit, '192.0.2.1').isHere).toBe(false)
    expect(visit(limit, '198.51.100.1').isHere).toBe(false)
    expect(proved.every(({ isHere }) => isHere)).toBe(true)
  })

  it('keeps places for the known when all others are taken', () => {
    const isKnown = (address: string) => address === '192.0.2.1'
    const limit = new ConnectionLimit({ perAddress: 9, total: 3, kept: 2, isKnown })
    for (const at of [1, 2, 3]) limit.enter(`198.51.${at}.1`)
    expect(limit.enter('203.0.113.1')).toBeUndefined()
    expect(limit.enter('192.0.2.1')).toBeDefined()
    expect(limit.enter('192.0.2.1')).toBeDefined()
    expect(limit.enter('192.0.2.1')).toBeUndefined()
  })
})
