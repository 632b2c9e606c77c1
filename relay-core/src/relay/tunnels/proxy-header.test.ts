import { expect, test } from 'vitest'
import { proxyHeader } from './proxy-header.ts'

const visitor = { address: '203.0.113.7', port: 50_000 }
const server = { address: '198.51.100.1', port: 7001 }
const six = { address: '2001:db8::7', port: 50_000 }

test('version 1 is a line of text', () => {
  expect(String(proxyHeader('v1', visitor, server))).toBe(
    'PROXY TCP4 203.0.113.7 198.51.100.1 50000 7001\r\n',
  )
  expect(String(proxyHeader('v1', six, server))).toBe(
    'PROXY TCP6 2001:db8::7 ::ffff:198.51.100.1 50000 7001\r\n',
  )
})

test('version 2 is binary', () => {
  expect(proxyHeader('v2', visitor, server).toString('hex')).toBe(
    ['0d0a0d0a000d0a515549540a', '2111000c', 'cb007107', 'c6336401', 'c350', '1b59'].join(''),
  )
  expect(proxyHeader('v2', six, server).toString('hex')).toBe(
    [
      '0d0a0d0a000d0a515549540a',
      '21210024',
      '20010db8000000000000000000000007',
      '00000000000000000000ffffc6336401',
      'c350',
      '1b59',
    ].join(''),
  )
})
