import { expect, test } from 'vitest'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import { newGuests } from './follow-guests.ts'

const pass: GuestPass = {
  id: 1,
  tunnelId: 7,
  name: 'A labmate',
  way: 'line',
  address: null,
  createdAtMs: 1,
  expiresAtMs: 2,
  firstUsedAtMs: null,
  lastUsedAtMs: null,
  lastAddress: null,
  bytes: 0,
  connections: 0,
  revokedAtMs: null,
}
const from = (lastAddress: string): GuestPass => ({ ...pass, lastAddress })

test('a guest is news at first, and from another address; the same one again is not', () => {
  expect(newGuests([], [pass])).toEqual([])
  const came = [{ tunnelId: 7, name: 'A labmate', address: '203.0.113.7' }]
  expect(newGuests([pass], [from('203.0.113.7')])).toEqual(came)
  expect(newGuests([from('198.51.100.1')], [from('203.0.113.7')])).toEqual(came)
  expect(newGuests([from('203.0.113.7')], [{ ...from('203.0.113.7'), bytes: 9 }])).toEqual([])
})
