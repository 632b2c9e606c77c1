import { expect, it } from 'vitest'
import { PacketSeal, sealBytes } from './packet-seal.ts'

const secret = Buffer.alloc(32, 1)
const frames = Buffer.from('frames of a packet')
const visitor = new PacketSeal(secret, 'visitor')
const agent = () => new PacketSeal(secret, 'agent')

it('opens what the peer has sealed, and only that', () => {
  const packet = visitor.seal(5, frames)
  expect(packet.length).toBe(frames.length + sealBytes)
  expect(packet.includes('frames')).toBe(false)
  expect(agent().open(packet)).toEqual({ number: 5, frames })
  expect(new PacketSeal(Buffer.alloc(32, 2), 'agent').open(packet)).toBeUndefined()
  // Sent back to whom it came from.
  expect(visitor.open(packet)).toBeUndefined()
})

it('notices any change, of the number too', () => {
  const packet = visitor.seal(5, frames)
  for (let at = 0; at < packet.length; at++) {
    const changed = Buffer.from(packet)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(agent().open(changed), `byte ${at}`).toBeUndefined()
  }
  for (let length = 0; length < packet.length; length++) {
    expect(agent().open(packet.subarray(0, length)), `${length} bytes`).toBeUndefined()
  }
})

it('changes its key every 2^23 packets, also when they overtake each other', () => {
  const edge = 2 ** 23
  const receiving = agent()
  for (const number of [edge - 2, edge, edge - 1, edge + 1, 2 * edge, 2 * edge - 1]) {
    expect(receiving.open(visitor.seal(number, frames))?.number).toBe(number)
  }
  expect(visitor.seal(1, frames).subarray(7)).not.toEqual(visitor.seal(edge + 1, frames).subarray(7))
  // Nobody skips a whole period.
  expect(receiving.open(visitor.seal(5 * edge, frames))).toBeUndefined()
})
