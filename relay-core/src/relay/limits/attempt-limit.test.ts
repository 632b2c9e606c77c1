import { expect, test } from 'vitest'
import { AttemptLimit } from './attempt-limit.ts'

function limit() {
  const clock = { ms: 0 }
  return { clock, limit: new AttemptLimit({ maxAttempts: 3, windowMs: 60_000, now: () => clock.ms }) }
}

test('locks at the limit, for a whole window, for that address only', () => {
  const { clock, limit: attempts } = limit()
  for (const at of [0, 20_000, 40_000]) {
    clock.ms = at
    expect(attempts.lockedForMs('192.0.2.1')).toBe(0)
    attempts.failed('192.0.2.1')
  }
  expect(attempts.lockedForMs('192.0.2.1')).toBe(60_000)
  expect(attempts.lockedForMs('192.0.2.2')).toBe(0)
  clock.ms = 100_001
  expect(attempts.lockedForMs('192.0.2.1')).toBe(0)
  attempts.failed('192.0.2.1')
  expect(attempts.lockedForMs('192.0.2.1')).toBe(0)
})

test('slow failures and a success in between do not lock', () => {
  const { clock, limit: attempts } = limit()
  for (let at = 0; at < 600_000; at += 40_000) {
    clock.ms = at
    attempts.failed('192.0.2.1')
    expect(attempts.lockedForMs('192.0.2.1')).toBe(0)
  }
  attempts.succeeded('192.0.2.1')
  attempts.failed('192.0.2.1')
  attempts.failed('192.0.2.1')
  expect(attempts.lockedForMs('192.0.2.1')).toBe(0)
})

test.each([
  ['2001:db8:0:1::5', '2001:db8:0:1:ffff::1', true],
  ['2001:db8:0:1::5', '2001:db8:0:2::5', false],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['fe80::1%eth0', 'fe80::2', true],
])('%s and %s are the same network: %s', (one, other, isSame) => {
  const { limit: attempts } = limit()
  for (let count = 0; count < 3; count++) attempts.failed(one)
  expect(attempts.lockedForMs(other) > 0).toBe(isSame)
})

test('a clock that is set back makes no lock longer than its window, and no window longer', () => {
  const { clock, limit: attempts } = limit()
  clock.ms = 86_400_000
  for (let count = 0; count < 3; count++) attempts.failed('192.0.2.1')
  attempts.failed('192.0.2.2')
  attempts.failed('192.0.2.2')
  clock.ms = 0
  expect(attempts.lockedForMs('192.0.2.1')).toBe(60_000)
  attempts.lockedForMs('192.0.2.2')
  clock.ms = 60_000
  expect(attempts.lockedForMs('192.0.2.1')).toBe(0)
  attempts.failed('192.0.2.2')
  expect(attempts.lockedForMs('192.0.2.2')).toBe(0)
})
