import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { probeKeys } from './probe-keys.ts'
import { decodeProbe, encodeProbe, probeLength, probeNonceLength } from './probe-packets.ts'

const secret = randomBytes(64)
const [visitor, agent] = [probeKeys(secret, 'visitor'), probeKeys(secret, 'agent')]
const nonce = new Uint8Array(randomBytes(probeNonceLength))

test.each(['probe', 'answer', 'choose', 'chosen'] as const)('%s is read by the other end alone', (type) => {
  const packet = encodeProbe({ type, nonce }, visitor)
  expect(packet).toHaveLength(probeLength)
  expect(decodeProbe(packet, agent)).toEqual({ type, nonce })
  // Thrown back at its sender it is nothing.
  expect(decodeProbe(packet, visitor)).toBeUndefined()
  expect(decodeProbe(packet, probeKeys(randomBytes(64), 'agent'))).toBeUndefined()
})

test('a changed, a short or a long packet is none of the peer’s', () => {
  const packet = encodeProbe({ type: 'probe', nonce }, visitor)
  for (let at = 0; at < packet.length; at += 1) {
    const changed = Buffer.from(packet)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(decodeProbe(changed, agent)).toBeUndefined()
  }
  expect(decodeProbe(packet.subarray(1), agent)).toBeUndefined()
  expect(decodeProbe(Buffer.concat([packet, Buffer.of(0)]), agent)).toBeUndefined()
})
