import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  decodeSeenAnswer,
  encodeSeenAnswer,
  encodeSeenRequest,
  isGenuineRequest,
  readSeenRequest,
  seenAnswerLength,
  seenRequestLength,
} from './seen-packets.ts'

const id = randomBytes(16)
const nonce = randomBytes(12)
const key = randomBytes(32)

test('a question is 64 bytes, and genuine by its key alone', () => {
  const packet = encodeSeenRequest({ id, nonce }, key)
  expect(packet).toHaveLength(64)
  expect(packet).toHaveLength(seenRequestLength)
  const read = readSeenRequest(packet)
  expect([read?.id, read?.nonce].map((bytes) => Buffer.from(bytes ?? []))).toEqual([id, nonce])
  expect(isGenuineRequest(packet, key)).toBe(true)
  expect(isGenuineRequest(packet, randomBytes(32))).toBe(false)
  for (let at = 0; at < packet.length; at += 1) {
    const changed = Buffer.from(packet)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(readSeenRequest(changed) === undefined || !isGenuineRequest(changed, key)).toBe(true)
  }
  expect(readSeenRequest(packet.subarray(1))).toBeUndefined()
})

test.each([[{ address: '203.0.113.7', port: 51_234 }], [{ address: '2001:db8:0:0:0:0:0:7', port: 1 }]])(
  'the answer %o is no longer than the question, and does not show the address',
  (seen) => {
    const answer = encodeSeenAnswer(nonce, seen, key)
    expect(answer).toHaveLength(seenAnswerLength)
    expect(answer.length).toBeLessThanOrEqual(seenRequestLength)
    expect(decodeSeenAnswer(answer, nonce, key)).toEqual(seen)
    expect(answer.includes(Buffer.from([203, 0, 113, 7]))).toBe(false)
  },
)

test('an answer to another question, by another key or changed on its way counts as none', () => {
  const answer = encodeSeenAnswer(nonce, { address: '203.0.113.7', port: 51_234 }, key)
  expect(decodeSeenAnswer(answer, randomBytes(12), key)).toBeUndefined()
  expect(decodeSeenAnswer(answer, nonce, randomBytes(32))).toBeUndefined()
  expect(decodeSeenAnswer(answer.subarray(1), nonce, key)).toBeUndefined()
  answer[14] = (answer[14] ?? 0) ^ 1
  expect(decodeSeenAnswer(answer, nonce, key)).toBeUndefined()
})
