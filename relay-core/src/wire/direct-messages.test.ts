import { expect, test } from 'vitest'
import { WireError } from './bytes.ts'
import { decodeCandidates, encodeCandidates, maxCandidates, type Candidate } from './direct-messages.ts'
import { headerLength } from './frame.ts'
import { decodeOpenedDirect } from './stream-messages.ts'

const local: Candidate = { kind: 'local', address: Uint8Array.of(192, 168, 1, 12), port: 50_000 }
const base = { attempt: 1, hasPortPerPeer: false, mayGuess: false, beginsUnseen: false }
const bodyOf = (list: readonly Candidate[]) => encodeCandidates({ ...base, list }).subarray(headerLength)

test('sixteen addresses fit, not one more', () => {
  const most = Array.from({ length: maxCandidates }, () => local)
  expect(decodeCandidates(bodyOf(most)).list).toHaveLength(16)
  expect(() => decodeCandidates(bodyOf([...most, local]))).toThrow(WireError)
})

test.each([
  ['an address of five bytes', [{ ...local, address: new Uint8Array(5) }]],
  ['no address', [{ ...local, address: new Uint8Array(0) }]],
  ['port 0', [{ ...local, port: 0 }]],
] as const)('%s ends the link', (_, list) => expect(() => decodeCandidates(bodyOf(list))).toThrow(WireError))

test('a list that is cut off ends the link', () => {
  const body = bodyOf([local])
  for (let length = 0; length < body.length; length += 1)
    expect(() => decodeCandidates(body.subarray(0, length))).toThrow(WireError)
})

test('a kind that only a newer peer knows is left out', () => {
  const body = new Uint8Array(bodyOf([local, { ...local, port: 50_001 }]))
  body[4] = 9
  expect(decodeCandidates(body).list).toEqual([{ ...local, port: 50_001 }])
})

test('an address with a zone, a name or a control character ends the link', () => {
  for (const text of ['fe80::1%e0', 'lab.example', '1.2.3.4\n']) {
    const address = new TextEncoder().encode(text)
    const body = Uint8Array.of(0, 0, 0, 1, ...new Uint8Array(48), 0, 0, address.length, ...address)
    expect(() => decodeOpenedDirect(body)).toThrow(WireError)
  }
})
