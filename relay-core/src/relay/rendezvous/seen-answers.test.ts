import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeSeenAnswer, encodeSeenRequest } from '../../direct/punch/seen-packets.ts'
import { SeenAnswers } from './seen-answers.ts'
import { SeenKeys } from './seen-keys.ts'

const from = { address: '203.0.113.7', port: 51_234 }
const nonce = randomBytes(12)

function withKey() {
  const keys = new SeenKeys()
  const issued = keys.issue()
  if (!issued) throw new Error('no key')
  let nowMs = 1_000_000
  const answers = new SeenAnswers(keys, { now: () => nowMs })
  return { keys, issued, answers, pass: (ms: number) => (nowMs += ms) }
}

test('who has a key learns where the relay sees it', () => {
  const { issued, answers } = withKey()
  const answer = answers.to(encodeSeenRequest({ id: issued.id, nonce }, issued.key), from)
  expect(decodeSeenAnswer(answer ?? Buffer.of(), nonce, issued.key)).toEqual(from)
})

test('all others hear nothing: without a key, with a wrong one, with one whose link has ended, by a packet that is none', () => {
  const { issued, answers } = withKey()
  const good = encodeSeenRequest({ id: issued.id, nonce }, issued.key)
  expect(answers.to(encodeSeenRequest({ id: randomBytes(16), nonce }, issued.key), from)).toBeUndefined()
  expect(answers.to(encodeSeenRequest({ id: issued.id, nonce }, randomBytes(32)), from)).toBeUndefined()
  expect(answers.to(Buffer.alloc(0), from)).toBeUndefined()
  expect(answers.to(Buffer.concat([good, good]), from)).toBeUndefined()
  issued[Symbol.dispose]()
  expect(answers.to(good, from)).toBeUndefined()
})

test('one address is answered so often in ten seconds and then again; others are answered meanwhile', () => {
  const { issued, answers, pass } = withKey()
  const ask = (address: string) =>
    answers.to(encodeSeenRequest({ id: issued.id, nonce }, issued.key), { address, port: 40_000 })
  let answered = 0
  while (ask('203.0.113.7') && answered < 10_000) answered += 1
  expect(answered).toBe(400)
  expect(ask('203.0.113.8')).toBeDefined()
  pass(10_000)
  expect(ask('203.0.113.7')).toBeDefined()
})

test('a stranger who sends under another one’s address does not use up its share', () => {
  const { issued, answers } = withKey()
  for (let i = 0; i < 10_000; i += 1) answers.to(encodeSeenRequest({ id: issued.id, nonce }, nonce), from)
  expect(answers.to(encodeSeenRequest({ id: issued.id, nonce }, issued.key), from)).toBeDefined()
})

test('there are so many keys at a time', () => {
  const keys = new SeenKeys()
  const issued = Array.from({ length: 4_096 }, () => keys.issue())
  expect(issued.every((key) => key !== undefined)).toBe(true)
  expect(keys.issue()).toBeUndefined()
  issued[7]?.[Symbol.dispose]()
  expect(keys.issue()).toBeDefined()
})
