import { expect, test } from 'vitest'
import { DirectLinks } from './direct-links.ts'
import { SeenKeys } from './seen-keys.ts'

test('an agent at a link-local address is told it without the zone, which only the relay’s machine knows', () => {
  using request = new DirectLinks(new SeenKeys(), () => 8_024).request()
  expect(request.seenFrom('fe80::1%eth0').address).toBe('fe80::1')
})
