import { expect, test } from 'vitest'
import { AddressList } from './address-list.ts'

test('addresses and networks of both families, IPv4 in IPv6 clothes included', () => {
  const list = new AddressList(['203.0.113.7', '10.0.0.0/8', '2001:db8::/32', 'fe80::1'])
  const inside = ['203.0.113.7', '::ffff:203.0.113.7', '10.255.0.1', '2001:db8:1::5', 'fe80::1%eth0']
  const outside = ['203.0.113.8', '11.0.0.1', '2001:db9::1', '::1', 'fe80::2']
  expect(inside.filter((address) => !list.has(address))).toEqual([])
  expect(outside.filter((address) => list.has(address))).toEqual([])
  expect(new AddressList([]).isEmpty).toBe(true)
})
