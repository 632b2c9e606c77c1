import { expect, test } from 'vitest'
import { isLoopback } from './join-local.ts'

test.each(['localhost', '127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', '::0:1', '::ffff:127.0.0.1'])(
  '%s is this machine alone',
  (host) => expect(isLoopback(host)).toBe(true),
)

test.each([
  '0.0.0.0',
  '128.0.0.1',
  '192.168.1.2',
  '::',
  '::2',
  'fe80::1',
  '127.example.com',
  'example.com',
  '',
])('"%s" leads to others too', (host) => expect(isLoopback(host)).toBe(false))
