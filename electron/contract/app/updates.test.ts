import { expect, it } from 'vitest'
import { readUpdateAddress } from './updates.ts'

it.each([
  ['https://updates.example.org/nps', 'https://updates.example.org/nps/'],
  [' https://updates.example.org ', 'https://updates.example.org/'],
  ['http://127.0.0.1:8080/feed', 'http://127.0.0.1:8080/feed/'],
  ['http://localhost/', 'http://localhost/'],
  ['http://[::1]:81/', 'http://[::1]:81/'],
])('programs may come from %s', (text, address) => {
  expect(readUpdateAddress(text)).toBe(address)
})

it.each([
  '',
  'updates.example.org',
  'http://updates.example.org/',
  'http://127.0.0.1.example.org/',
  'http://10.0.0.1/',
  'file:///tmp/feed',
  'https://name:password@updates.example.org/',
  'https://updates.example.org/?channel=beta',
  'https://updates.example.org/#x',
])('and not from %j', (text) => {
  expect(readUpdateAddress(text)).toBeNull()
})
