import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WireError } from './bytes.ts'
import {
  encodeFrame,
  encodeHeader,
  frameType,
  FrameDecoder,
  maxDataLength,
  maxMessageLength,
} from './frame.ts'
import { decodeHello, decodeRefused, decodeWelcome, helloMagic } from './hello-messages.ts'
import { decodeBye, decodeWant } from './link-messages.ts'
import { decodeFailed, decodeNumber, decodeOpen, encodeEnd, encodeOpened } from './stream-messages.ts'

interface Frame {
  readonly type: number
  readonly body: Uint8Array
}

const message: fc.Arbitrary<Frame> = fc.record({
  type: fc.integer({ min: 0, max: 255 }).filter((type) => type !== frameType.data),
  body: fc.uint8Array({ maxLength: 300 }),
})
const data: fc.Arbitrary<Frame> = fc.record({
  type: fc.constant<number>(frameType.data),
  body: fc.uint8Array({ minLength: 1, maxLength: 2000 }),
})

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** What the decoder says, with neighbouring parts of DATA joined: where DATA is split does not matter. */
function decode(chunks: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = []
  const decoder = new FrameDecoder()
  for (const chunk of chunks) {
    decoder.push(chunk, {
      onMessage: (type, body) => frames.push({ type, body: body.slice() }),
      onData: (part) => {
        expect(part.length).toBeGreaterThan(0)
        const last = frames.at(-1)
        if (last?.type === frameType.data) {
          frames[frames.length - 1] = { type: frameType.data, body: concat([last.body, part]) }
        } else frames.push({ type: frameType.data, body: part.slice() })
      },
    })
  }
  return frames
}

function joinData(frames: readonly Frame[]): Frame[] {
  const joined: Frame[] = []
  for (const frame of frames) {
    const last = joined.at(-1)
    if (frame.type === frameType.data && last?.type === frameType.data) {
      joined[joined.length - 1] = { type: frame.type, body: concat([last.body, frame.body]) }
    } else joined.push(frame)
  }
  return joined
}

describe('frame decoder', () => {
  it('gives the same frames however the network splits and merges them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(message, data), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 40 }),
        (frames, cuts) => {
          const all = concat(frames.map(({ type, body }) => encodeFrame(type, body)))
          const chunks: Uint8Array[] = []
          let at = 0
          for (const cut of cuts) {
            chunks.push(all.subarray(at, at + cut))
            at += cut
          }
          chunks.push(all.subarray(at))
          expect(decode(chunks)).toEqual(joinData(frames))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('takes the frames one byte at a time', () => {
    const frames = [encodeOpened(3), encodeFrame(frameType.data, Uint8Array.of(1, 2, 3)), encodeEnd()]
    const bytes = [...concat(frames)].map((byte) => Uint8Array.of(byte))
    expect(decode(bytes).map(({ type }) => type)).toEqual([frameType.opened, frameType.data, frameType.end])
  })

  it('refuses lengths out of bounds, before it keeps anything', () => {
    expect(() => decode([encodeHeader(frameType.data, maxDataLength + 1)])).toThrow(WireError)
    expect(() => decode([encodeHeader(frameType.open, maxMessageLength + 1)])).toThrow(WireError)
    expect(decode([encodeHeader(frameType.data, maxDataLength)])).toEqual([])
    expect(decode([encodeHeader(frameType.open, maxMessageLength)])).toEqual([])
  })

  it('survives any bytes: frames or a WireError, never another error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (chunks) => {
        const decoder = new FrameDecoder()
        const failures = failuresOf(() => {
          for (const chunk of chunks) {
            decoder.push(chunk, { onMessage: () => undefined, onData: () => undefined })
          }
        })
        expect(failures.filter((error) => !(error instanceof WireError))).toEqual([])
      }),
      { numRuns: 5_000 },
    )
  })

  it('decodes bodies of any bytes or refuses them with a WireError', () => {
    const decoders = [
      (body: Uint8Array) => decodeHello(concat([helloMagic, body])),
      decodeHello,
      decodeWelcome,
      decodeRefused,
      decodeWant,
      decodeBye,
      decodeOpen,
      decodeFailed,
      decodeNumber,
    ]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (body) => {
        const failures = decoders.flatMap((decodeBody) => failuresOf(() => decodeBody(body)))
        expect(failures.filter((error) => !(error instanceof WireError))).toEqual([])
      }),
      { numRuns: 5_000 },
    )
  })
})

function failuresOf(call: () => unknown): unknown[] {
  try {
    call()
    return []
  } catch (error) {
    return [error]
  }
}
