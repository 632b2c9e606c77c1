import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePrefixed } from './messages/length-prefixed.ts'
import { socksDatagramsAsAgent, socksDatagramsAsRelay } from './stock-socks-datagrams.ts'

describe('the relay’s end of a udp5 stream', () => {
  it('gives packets one by one, however they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        async (packets, size) => {
          const [ours, theirs] = duplexPair()
          const stream = socksDatagramsAsRelay(ours)
          const got: Buffer[] = []
          stream.on('data', (packet: Buffer) => got.push(packet))
          const bytes = Buffer.concat(packets.map((packet) => encodePrefixed(Buffer.from(packet))))
          for (let at = 0; at < bytes.length; at += size) theirs.write(bytes.subarray(at, at + size))
          theirs.end()
          await once(stream, 'end')
          expect(got.map((packet) => [...packet])).toEqual(packets.map((packet) => [...packet]))
        },
      ),
      { numRuns: 50 },
    )
  })

  it.each([0, -1, -2_147_483_648, 2_147_483_647, 65_508])(
    'S7: a length of %i ends this stream and nothing else',
    async (length) => {
      const [ours, theirs] = duplexPair()
      const stream = socksDatagramsAsRelay(ours)
      const bytes = Buffer.alloc(8)
      bytes.writeInt32LE(length)
      theirs.write(bytes)
      await new Promise((resolve) => stream.once('close', resolve))
      expect(stream.errored).toBeInstanceOf(RangeError)
    },
  )
})

it('T13: the agent’s end sends nothing on which a stock relay crashes: 1 to 1671 bytes', async () => {
  const [ours, theirs] = duplexPair()
  const stream = socksDatagramsAsAgent(ours)
  stream.write(Buffer.alloc(1_672))
  stream.write(Buffer.alloc(0))
  stream.write(Buffer.alloc(1_671, 1))
  const [answer] = (await once(theirs, 'data')) as [Buffer]
  expect(answer.length).toBe(4 + 1_671)
  expect(answer.readInt32LE(0)).toBe(1_671)
})
