import { expect, test } from 'vitest'
import { asServiceReads } from './exit.ts'

test('launchd is told by 0 that starting again would not help, and by any other code that it would', () => {
  expect(asServiceReads(78, 'launchd')).toBe(0)
  expect(asServiceReads(0, 'launchd-agent')).not.toBe(0)
  expect(asServiceReads(1, 'launchd')).toBe(1)
})

test('every other service, and a person, reads the codes as they are', () => {
  for (const code of [0, 1, 78]) {
    expect(asServiceReads(code, 'systemd')).toBe(code)
    expect(asServiceReads(code, '')).toBe(code)
  }
})
