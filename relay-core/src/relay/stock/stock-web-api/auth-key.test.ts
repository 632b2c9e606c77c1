import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { relayDefaults } from '../../../config/relay/relay-config.ts'
import { createLog } from '../../../log/log.ts'
import { Secret } from '../../../secret.ts'
import { AuthKey } from './auth-key.ts'

const key = 'goudan-sixteen-77'
const lab = '203.0.113.7'
let nowMs: number
let lines: string[]

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 5)
  lines = []
})

const withKey = (authKey: string) =>
  new AuthKey({
    config: () => ({ ...relayDefaults, authKey: new Secret(authKey) }),
    log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
    now: () => nowMs,
  })
const sign = (secret: string, { atMs = nowMs, change = undefined as string | undefined } = {}) => {
  const timestamp = String(Math.floor(atMs / 1000))
  return { signature: createHash('md5').update(`${secret}${timestamp}`).digest('hex'), timestamp, change }
}

describe('S1: without a long auth_key nobody is let in', () => {
  test.each(['', 'short', 'fifteen letters'])('auth_key=%s', (authKey) => {
    const guard = withKey(authKey)
    expect(guard.isOpen).toBe(false)
    expect(guard.checkSignature(lab, sign(authKey))).toBe('closed')
    expect(guard.checkBearer(lab, `Bearer ${authKey}`)).toBe('closed')
    guard.tellClosed(lab)
    guard.tellClosed(lab)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('auth_key in nps.conf is empty or shorter than 16 characters')
  })
})

test('a right signature of the last and next twenty seconds is taken, an older one is not', () => {
  const guard = withKey(key)
  expect(guard.checkSignature(lab, sign(key))).toBe('proved')
  expect(guard.checkSignature(lab, sign(key, { atMs: nowMs - 20_000 }))).toBe('proved')
  expect(guard.checkSignature(lab, sign(key, { atMs: nowMs + 20_000 }))).toBe('proved')
  expect(guard.checkSignature(lab, sign(key, { atMs: nowMs - 21_000 }))).toBe('wrong')
  expect(guard.checkSignature(lab, { ...sign(key), timestamp: '' })).toBe('wrong')
  expect(guard.checkSignature(lab, { ...sign(key), timestamp: 'NaN' })).toBe('wrong')
})

test('what was overheard counts for nobody else, and repeats no change', () => {
  const guard = withKey(key)
  const added = sign(key, { change: '/index/add port=1' })
  expect(guard.checkSignature(lab, added)).toBe('proved')
  expect(guard.checkSignature(lab, added)).toBe('replayed')
  expect(guard.checkSignature('198.51.100.1', { ...added, change: undefined })).toBe('replayed')
  // A script signs for a second, and asks more than one thing in it.
  expect(guard.checkSignature(lab, { ...added, change: '/index/add port=2' })).toBe('proved')
  expect(guard.checkSignature(lab, { ...added, change: undefined })).toBe('proved')
  // The same change is signed again in the next second, and an old signature is expired for everyone.
  nowMs += 1_000
  expect(guard.checkSignature(lab, sign(key, { change: '/index/add port=1' }))).toBe('proved')
  nowMs += 60_000
  expect(guard.checkSignature(lab, added)).toBe('wrong')
})

test('ten wrong ones lock an address out for a minute, also for the right one', () => {
  const guard = withKey(key)
  for (let attempt = 0; attempt < 10; attempt++)
    expect(guard.checkSignature(lab, sign(`${key}${attempt}`))).toBe('wrong')
  expect(guard.checkSignature(lab, sign(key))).toBe('locked')
  expect(guard.checkBearer(lab, `Bearer ${key}`)).toBe('locked')
  expect(guard.checkSignature('198.51.100.1', sign(key))).toBe('proved')
  nowMs += 61_000
  expect(guard.checkBearer(lab, `Bearer ${key}`)).toBe('proved')
  expect(lines.join('')).not.toContain(key)
})
