import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c, maskedCrc32c } from './crc32c.ts'
import { compressBlock, uncompressBlock } from './snappy-block.ts'
import { SnappyDecoder, SnappyEncoder } from './snappy-frames.ts'

/** Bytes that compress and bytes that do not. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 5000 }),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.nat(900)).map(([part, times]) => {
    return Buffer.concat(Array.from({ length: times }, () => part)).subarray(0, 65_536)
  }),
)

describe('crc32c', () => {
  // RFC 3720, B.4
  it.each([
    ['00'.repeat(32), 0x8a9136aa],
    ['ff'.repeat(32), 0x62a8ab43],
    [Buffer.from('123456789').toString('hex'), 0xe3069283],
  ])('of %s', (hex, sum) => expect(crc32c(Buffer.from(hex, 'hex'))).toBe(sum))

  it('masks as the framing format says', () => {
    expect(maskedCrc32c(Buffer.from('hello'))).toBe(0x191c1fbb)
  })
})

describe('snappy blocks', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(uncompressBlock(compressBlock(Buffer.from(bytes)))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('shrink what repeats', () => {
    expect(compressBlock(Buffer.alloc(65_536, 'loss: 0.1234 ')).length).toBeLessThan(5000)
  })

  it('reads a copy with a one-byte and a four-byte offset', () => {
    expect(uncompressBlock(Buffer.from('080c616263640104', 'hex')).toString()).toBe('abcdabcd')
    expect(uncompressBlock(Buffer.from('080c616263640f04000000', 'hex')).toString()).toBe('abcdabcd')
  })

  it.each([
    ['no length', ''],
    ['a length over 65,536', '81800400'],
    ['a literal past the end', '05106162'],
    ['a copy before the start', '08006105ff'],
    ['less than announced', '0a0061'],
    ['more than announced', '01046162'],
  ])('refuse %s', (_name, hex) => {
    expect(() => uncompressBlock(Buffer.from(hex, 'hex'))).toThrow(RangeError)
  })

  it('refuse or read any bytes without growing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(lengthOrRefusal(bytes)).toBeLessThanOrEqual(65_536)
      }),
    )
  })
})

/** The uncompressed length, 0 where it is refused; anything but a `RangeError` is a bug and is thrown on. */
function lengthOrRefusal(bytes: Uint8Array): number {
  try {
    return uncompressBlock(Buffer.from(bytes)).length
  } catch (error) {
    if (error instanceof RangeError) return 0
    throw error
  }
}

describe('snappy frames', () => {
  const hello = 'ff060000734e6150705901090000bb1f1c1968656c6c6f'

  it('writes and reads the captured stream', () => {
    expect(Buffer.concat(new SnappyEncoder().encode(Buffer.from('hello'))).toString('hex')).toBe(hello)
    expect(new SnappyDecoder().decode(Buffer.from(hello, 'hex'))).toEqual([Buffer.from('hello')])
  })

  it('survive any split and keep one chunk a write', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 4 }), fc.integer({ min: 1, max: 900 }), (writes, step) => {
        const encoder = new SnappyEncoder()
        const wire = Buffer.concat(writes.flatMap((bytes) => encoder.encode(Buffer.from(bytes))))
        const decoder = new SnappyDecoder()
        const chunks: Buffer[] = []
        for (let at = 0; at < wire.length; at += step)
          chunks.push(...decoder.decode(wire.subarray(at, at + step)))
        expect(chunks).toEqual(writes.filter((bytes) => bytes.length > 0).map((bytes) => Buffer.from(bytes)))
      }),
      { numRuns: 50 },
    )
  })

  it('skips padding, takes the identifier again', () => {
    const padded = 'ff060000734e61507059fe020000abcd' + hello
    expect(new SnappyDecoder().decode(Buffer.from(padded, 'hex'))).toEqual([Buffer.from('hello')])
  })

  it.each([
    ['no identifier', '01090000bb1f1c1968656c6c6f'],
    ['a wrong checksum', hello.replace('bb1f', 'bb1e')],
    ['an unknown chunk', 'ff060000734e6150705902010000ff'],
    ['a chunk longer than any', 'ff060000734e6150705900ffffff'],
  ])('refuses %s', (_name, hex) => {
    expect(() => new SnappyDecoder().decode(Buffer.from(hex, 'hex'))).toThrow(RangeError)
  })
})
