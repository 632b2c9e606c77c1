import { randomBytes } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { headerLength, maxPackedLength } from '../../wire/frame.ts'
import { encodePacked } from '../../wire/packed-message.ts'
import { maxBlockBytes, packBlock, unpackBlock } from './packed-block.ts'

const words = Buffer.from('the quick brown fox jumps over the lazy dog, '.repeat(2_000)).subarray(
  0,
  maxBlockBytes,
)
const bodyOf = (frame: Uint8Array) => frame.subarray(headerLength)

/** A body that says `length` and holds `packed`. */
const forged = (length: number, packed: Uint8Array) => bodyOf(encodePacked({ length, padding: 0, packed }))

describe('a packed block', () => {
  it.each([3, 6, 9])('is read as it was, at level %i', (level) => {
    const frame = packBlock(words, level)
    expect(frame?.length).toBeLessThan(words.length / 4)
    expect(Buffer.from(unpackBlock(bodyOf(frame ?? words))).equals(words)).toBe(true)
  })

  it('is none when the bytes hardly shrink', () => {
    expect(packBlock(randomBytes(maxBlockBytes), 3)).toBeUndefined()
    const mostlyRandom = Buffer.concat([randomBytes(62_000), Buffer.alloc(3_000)])
    expect(packBlock(mostlyRandom, 3)).toBeUndefined()
  })

  it('does not tell by its length how well the bytes shrink, to the byte', () => {
    const lengths = new Set(Array.from({ length: 50 }, () => packBlock(words, 3)?.length))
    expect(lengths.size).toBeGreaterThan(10)
    expect(Math.max(...[...lengths].map(Number))).toBeLessThan(maxPackedLength)
  })

  it.each([
    ['longer than it says', forged(100, zstdCompressSync(Buffer.alloc(101)))],
    ['a thousand times longer than it says', forged(60_000, zstdCompressSync(Buffer.alloc(64_000_000)))],
    ['shorter than it says', forged(100, zstdCompressSync(Buffer.alloc(99)))],
    ['of nothing', forged(0, zstdCompressSync(Buffer.alloc(0)))],
    [
      'longer than a block may be',
      forged(maxBlockBytes + 1, zstdCompressSync(Buffer.alloc(maxBlockBytes + 1))),
    ],
    ['cut', forged(words.length, zstdCompressSync(words).subarray(0, -20))],
    ['no zstd', forged(100, randomBytes(60))],
    ['empty', forged(100, new Uint8Array())],
    ['all padding', bodyOf(encodePacked({ length: 5, padding: 9, packed: new Uint8Array() })).subarray(0, 9)],
    ['one that wants much memory', forged(100, windowed(words.subarray(0, 100)))],
  ])('that is %s is refused', (_name, body) => {
    expect(() => unpackBlock(body)).toThrow(expect.objectContaining({ name: 'WireError' }))
  })
})

/** A frame of some bytes as they are that asks for a window of 128 MiB (RFC 8878 §3.1.1). */
function windowed(bytes: Uint8Array): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (27 - 10) << 3, 0, 0, 0])
  header.writeUIntLE((bytes.length << 3) | 1, 6, 3)
  return Buffer.concat([header, bytes])
}
