import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeBare,
  encodeDataRun,
  encodePing,
  encodeWindow,
  MuxFrameDecoder,
  muxFlag,
  type MuxFrameHandler,
} from './mux-frames.ts'
import { initialWindowBytes, MuxReceiveWindow, SendWindow } from './mux-windows.ts'

/** Writes down every call, payloads as text. */
function recorder() {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      void calls.push([
        name,
        ...values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value)),
      ])
  const handler: MuxFrameHandler = {
    ping: note('ping'),
    pong: note('pong'),
    open: note('open'),
    opened: note('opened'),
    openFailed: note('openFailed'),
    data: note('data'),
    window: note('window'),
    close: note('close'),
  }
  return { calls, handler }
}

function decode(hex: string, step = hex.length) {
  const { calls, handler } = recorder()
  const decoder = new MuxFrameDecoder(handler)
  const wire = Buffer.from(hex, 'hex')
  for (let at = 0; at < wire.length; at += step) decoder.decode(wire.subarray(at, at + step))
  return calls
}

const time = '2026-11-22T08:28:22.512834936Z'
const golden: [string, string, Buffer, unknown[]][] = [
  [
    'PING',
    '00ffffffff1e00' + Buffer.from(time).toString('hex'),
    encodePing(muxFlag.ping, Buffer.from(time)),
    ['ping', time],
  ],
  [
    'PONG',
    '08ffffffff1e00' + Buffer.from(time).toString('hex'),
    encodePing(muxFlag.pong, Buffer.from(time)),
    ['pong', time],
  ],
  ['OPEN', '0601000000', encodeBare(muxFlag.open, 1), ['open', 1]],
  ['OPEN_OK', '0101000000', encodeBare(muxFlag.opened, 1), ['opened', 1]],
  ['CLOSE', '0701000000', encodeBare(muxFlag.close, 1), ['close', 1]],
  [
    'DATA',
    '0301000000090068656c6c6f2d6e7073',
    encodeDataRun(1, Buffer.from('hello-nps'), true),
    ['data', 1, 'hello-nps', true],
  ],
  ['WINDOW', '0501000000a9000000fceb0200', encodeWindow(1, 169, 191_484), ['window', 1, 169, 191_484]],
]

describe('mux frames', () => {
  it.each(golden)('%s as captured', (_name, hex, encoded, call) => {
    expect(encoded.toString('hex')).toBe(hex)
    expect(decode(hex)).toEqual([call])
  })

  it('T8: the same calls however the bytes are split', () => {
    const hex = golden.map(([, frame]) => frame).join('')
    for (let step = 1; step < 40; step++)
      expect(decode(hex, step)).toEqual(golden.map(([, , , call]) => call))
  })

  it('T8: any frames in any pieces', () => {
    const frame = fc.oneof(
      fc
        .tuple(fc.integer({ min: 1 }), fc.uint8Array({ minLength: 1, maxLength: 9000 }))
        .map(([id, bytes]) => encodeDataRun(id, Buffer.from(bytes), true)),
      fc.tuple(fc.integer({ min: 1 }), fc.nat(), fc.nat()).map((values) => encodeWindow(...values)),
      fc.tuple(fc.constantFrom(1, 2, 6, 7, 99), fc.integer()).map((values) => encodeBare(...values)),
    )
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.integer({ min: 1, max: 5000 }), (frames, step) => {
        const hex = Buffer.concat(frames).toString('hex')
        expect(decode(hex, step)).toEqual(decode(hex))
      }),
      { numRuns: 60 },
    )
  })

  it('T9: only the last frame of a write ends the message', () => {
    const calls = decode(encodeDataRun(3, Buffer.alloc(4085 * 2 + 1, 'x'), true).toString('hex'))
    expect(calls.map(([, id, text, last]) => [id, (text as string).length, last])).toEqual([
      [3, 4085, false],
      [3, 4085, false],
      [3, 1, true],
    ])
    expect(
      decode(encodeDataRun(3, Buffer.alloc(4086, 'x'), false).toString('hex')).map((call) => call[3]),
    ).toEqual([false, false])
  })

  it('T3: a body of 4085 bytes is the longest, and a ping has one', () => {
    const body = 'aa'.repeat(4086)
    expect(() => encodePing(muxFlag.ping, Buffer.alloc(0))).toThrow(RangeError)
    expect(() => encodePing(muxFlag.pong, Buffer.alloc(4086))).toThrow(RangeError)
    expect(decode('0301000000f50f' + body.slice(2))).toHaveLength(1)
    expect(() => decode('0301000000f60f' + body)).toThrow(RangeError)
    expect(() => decode('00ffffffff0000')).toThrow(RangeError)
  })

  it('reads an unknown flag as five bytes and goes on', () => {
    expect(decode('2a010000000701000000')).toEqual([['close', 1]])
  })

  it('reads windows without their top bits', () => {
    expect(decode('05010000000100008002000080')).toEqual([['window', 1, 1, 2]])
  })
})

describe('the window for sending', () => {
  it('is full at exactly 122,550 bytes', () => {
    const window = new SendWindow()
    expect(window.room).toBe(122_550)
    window.sent(122_550)
    expect(window.room).toBe(0)
  })

  it('T5: ignores a report of more than is on its way, whole', () => {
    const window = new SendWindow()
    window.sent(100)
    expect(window.report(101, 500_000)).toBe(false)
    expect(window.room).toBe(initialWindowBytes - 100)
    expect(window.report(100, 500_000)).toBe(true)
    expect(window.room).toBe(500_000)
  })

  it('waits where the window has shrunk below what is on its way', () => {
    const window = new SendWindow()
    window.sent(1000)
    window.report(0, 600)
    expect(window.room).toBe(0)
    window.report(500, 600)
    expect(window.room).toBe(100)
  })
})

describe('the window for receiving', () => {
  it('T5: reports what was read, all of it and no more', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4085 }), { maxLength: 400 }), (sizes) => {
        const sender = new SendWindow()
        const receiver = new MuxReceiveWindow(200_000)
        sender.report(0, receiver.maxBytes)
        for (const size of sizes) {
          expect(sender.room).toBeGreaterThanOrEqual(size)
          sender.sent(size)
          expect(receiver.received(size)).toBe(true)
          const report = receiver.consumed(size)
          expect(report === 0 || sender.report(report, receiver.maxBytes)).toBe(true)
        }
      }),
    )
  })

  it('knows a peer that sends more than it may', () => {
    const receiver = new MuxReceiveWindow(200_000)
    expect(receiver.received(200_000)).toBe(true)
    expect(receiver.received(1)).toBe(false)
  })
})
