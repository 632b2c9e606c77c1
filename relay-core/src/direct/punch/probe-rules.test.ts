import { expect, test } from 'vitest'
import { probeRules } from './probe-rules.ts'

const mayProbe = probeRules({ relay: ['192.0.2.10'], own: ['192.168.1.11', 'fe80::1%eth0', '2001:db8::11'] })

test.each([
  ['127.0.0.1', 'this machine'],
  ['127.9.9.9', 'this machine'],
  ['::1', 'this machine'],
  ['::ffff:127.0.0.1', 'this machine, as IPv6 writes it'],
  ['192.168.1.11', 'this machine, by its address'],
  ['2001:db8::11', 'this machine, by its address'],
  ['0.0.0.0', 'no one'],
  ['::', 'no one'],
  ['169.254.169.254', 'this link, where clouds hand out credentials'],
  ['fe80::7', 'this link'],
  ['224.0.0.251', 'a group'],
  ['ff02::fb', 'a group'],
  ['255.255.255.255', 'everybody'],
  ['192.0.2.10', 'the relay'],
  ['::ffff:192.0.2.10', 'the relay, as IPv6 writes it'],
])('%s gets no probe: it is %s', (address) => expect(mayProbe({ address, port: 40_000 })).toBe(false))

test.each(['192.168.1.12', '10.0.0.1', '203.0.113.7', '2001:db8::12'])('%s may be the peer', (address) => {
  expect(mayProbe({ address, port: 40_000 })).toBe(true)
  expect(mayProbe({ address, port: 1_024 })).toBe(true)
})

test.each([53, 123, 161, 1_023])('port %i is that of a service, and gets no probe', (port) =>
  expect(mayProbe({ address: '203.0.113.7', port })).toBe(false),
)
