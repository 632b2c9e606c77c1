import { expect, test } from 'vitest'
import { seenAddress } from './address-at-server.ts'

const own = ['127.0.0.1', '192.168.1.5', 'fe80::1', 'fd00::5']
const nothing = { laptopAddress: null, gatewayAddress: null }

test('a public address, and a private one that this laptop has, is the laptop’s', () => {
  for (const address of ['36.112.4.81', '2001:db8::7', '192.168.1.5', 'fd00::5'])
    expect(seenAddress(address, own)).toEqual({ laptopAddress: address, gatewayAddress: null })
})

test('a private address that this laptop does not have is a gateway’s: Docker’s, a router’s, a VPN’s', () => {
  for (const address of ['172.17.0.1', '10.0.0.1', '192.168.1.1', '100.64.0.9', 'fd00::1'])
    expect(seenAddress(address, own)).toEqual({ laptopAddress: null, gatewayAddress: address })
})

test('over ssh, and from an old nps, nothing is known', () => {
  expect(seenAddress('127.0.0.1', own)).toEqual(nothing)
  expect(seenAddress('::1', own)).toEqual(nothing)
  expect(seenAddress(null, own)).toEqual(nothing)
})
