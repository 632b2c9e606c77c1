import { expect, test } from 'vitest'
import { plainBody } from './plain-body.ts'

test('a name is no markup where a notification is', () => {
  const body = '<img src="http://203.0.113.7/x"> ended on R&D-a100.'
  expect(plainBody(body, 'linux')).toBe('‹img src="http://203.0.113.7/x"› ended on R&D-a100.')
  expect(plainBody(body, 'darwin')).toBe(body)
})
