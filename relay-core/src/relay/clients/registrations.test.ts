import { expect, test } from 'vitest'
import { Registrations } from './registrations.ts'

test('an address is let in for its hours, and nobody else, where ip_limit says so', () => {
  let nowMs = 1_000
  let isOn = true
  const registrations = new Registrations({ isOn: () => isOn, now: () => nowMs })
  expect(registrations.refusalOf('203.0.113.7')).toMatchObject({ code: 'address-denied' })
  registrations.add('203.0.113.7', 2)
  expect(registrations.refusalOf('203.0.113.7')).toBeNull()
  expect(registrations.refusalOf('::ffff:203.0.113.7')).toBeNull()
  expect(registrations.refusalOf('203.0.113.8')).not.toBeNull()
  nowMs += 2 * 3_600_000
  expect(registrations.refusalOf('203.0.113.7')).not.toBeNull()
  isOn = false
  expect(registrations.refusalOf('203.0.113.7')).toBeNull()
})

test('nobody is let in for years, and not without end many', () => {
  let nowMs = 0
  const registrations = new Registrations({ isOn: () => true, now: () => nowMs })
  expect(registrations.add('203.0.113.7', 2 ** 31 - 1)).toBe(30 * 24 * 3_600_000)
  for (let host = 0; host < 10_000; host++) registrations.add(`2001:db8::${host.toString(16)}`, 1)
  expect(registrations.refusalOf('2001:db8::1')).toBeNull()
  expect(registrations.add('203.0.113.8', 1)).toBeUndefined()
  nowMs += 3_600_000
  expect(registrations.add('203.0.113.8', 1)).toBe(2 * 3_600_000)
})
