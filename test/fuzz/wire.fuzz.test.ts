import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { WireError } from '../../relay-core/src/wire/bytes.ts'
import {
  encodeFrame,
  FrameDecoder,
  frameType,
  headerLength,
  maxMessageLength,
} from '../../relay-core/src/wire/frame.ts'
import * as direct from '../../relay-core/src/wire/direct-messages.ts'
import * as wire from '../../relay-core/src/wire/messages.ts'
import { fuzz, outcome } from './fuzz.ts'
import { Trace } from './trace.ts'

/** Every message of the specification, as bytes. */
const golden = readFileSync(new URL('../../relay-core/spec/golden-frames.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => Buffer.from((line.split(' | ')[0] ?? '').replaceAll(' ', ''), 'hex'))
const data = Buffer.from(encodeFrame(frameType.data, Buffer.from('bytes of a stream')))

/** Reads a body and writes it again. */
const codecs: Record<number, (body: Uint8Array) => { read: unknown; written: Uint8Array }> = {
  [frameType.hello]: codec(wire.decodeHello, wire.encodeHello),
  [frameType.welcome]: codec(wire.decodeWelcome, wire.encodeWelcome),
  [frameType.refused]: codec(wire.decodeRefused, wire.encodeRefused),
  [frameType.want]: codec(wire.decodeWant, wire.encodeWant),
  [frameType.bye]: codec(wire.decodeBye, wire.encodeBye),
  [frameType.open]: codec(wire.decodeOpen, wire.encodeOpen),
  [frameType.opened]: codec(wire.decodeNumber, wire.encodeOpened),
  [frameType.failed]: codec(wire.decodeFailed, wire.encodeFailed),
  [frameType.reset]: codec(wire.decodeNumber, wire.encodeReset),
  [frameType.use]: codec(direct.decodeUse, direct.encodeUse),
  [frameType.candidates]: codec(direct.decodeCandidates, direct.encodeCandidates),
}

function codec<T>(decode: (body: Uint8Array) => T, encode: (message: T) => Uint8Array) {
  return (body: Uint8Array) => {
    const read = decode(body)
    return { read, written: encode(read) }
  }
}

/** All that the decoder says, and whether it refused. */
function said(parts: readonly Buffer[]): string {
  const trace = new Trace()
  let wasData = false
  const decoder = new FrameDecoder()
  const end = outcome([WireError], () => {
    for (const part of parts) {
      decoder.push(part, {
        onMessage: (type, body) => {
          if (body.length > maxMessageLength) throw new Error(`a body of ${body.length} bytes`)
          wasData = false
          trace.number(type)
          trace.bytes(body)
        },
        onData: (bytes) => {
          if (bytes.length === 0) throw new Error('an empty part of DATA')
          if (!wasData) trace.number(frameType.data)
          wasData = true
          trace.bytes(bytes)
        },
      })
    }
  })
  return `${trace.result} ${end.refused ?? ''}`
}

fuzz('wire frames', {
  samples: [...golden, data],
  check: ({ bytes, parts }) => {
    if (said([bytes]) !== said(parts)) throw new Error('split otherwise it reads otherwise')
  },
})

fuzz('wire messages', {
  samples: golden.map((frame) => frame.subarray(headerLength)),
  check: ({ bytes, random }) => {
    const type = random.pick(Object.keys(codecs))
    const { value } = { value: undefined, ...outcome([WireError], () => codecs[Number(type)]?.(bytes)) }
    if (!value) return
    // What was no UTF-8 has been replaced, and may no longer fit.
    if (JSON.stringify(value.read).includes('\ufffd')) return
    const again = codecs[Number(type)]?.(value.written.subarray(headerLength))
    if (!isDeepStrictEqual(again?.read, value.read)) throw new Error('written again it reads otherwise')
  },
})
