import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { zstdCompressSync } from 'node:zlib'
import { WireError } from '../../relay-core/src/wire/bytes.ts'
import {
  encodeFrame,
  FrameDecoder,
  frameType,
  headerLength,
  maxMessageLength,
  maxPackedLength,
} from '../../relay-core/src/wire/frame.ts'
import { unpackBlock } from '../../relay-core/src/native/packing/packed-block.ts'
import * as packed from '../../relay-core/src/wire/packed-message.ts'
import * as direct from '../../relay-core/src/wire/direct-messages.ts'
import * as survival from '../../relay-core/src/wire/survival-messages.ts'
import {
  decodeHello,
  decodeRefused,
  decodeWelcome,
  encodeHello,
  encodeRefused,
  encodeWelcome,
} from '../../relay-core/src/wire/hello-messages.ts'
import { decodeBye, decodeWant, encodeBye, encodeWant } from '../../relay-core/src/wire/link-messages.ts'
import {
  decodeFailed,
  decodeNumber,
  decodeOpen,
  encodeFailed,
  encodeOpen,
  encodeOpened,
  encodeReset,
} from '../../relay-core/src/wire/stream-messages.ts'
import { decodeQuestion, encodeQuestion } from '../../relay-core/src/wire/watched-question.ts'
import { goldenMessages } from '../../relay-core/src/testing/golden-messages.ts'
import { fuzz, outcome } from './fuzz.ts'
import { Trace } from './trace.ts'

/** Every message of the specification. */
const golden = goldenMessages.map(({ bytes }) => bytes)
const data = Buffer.from(encodeFrame(frameType.data, Buffer.from('bytes of a stream')))

/** Reads a body and writes it again. */
const codecs: Record<number, (body: Uint8Array) => { read: unknown; written: Uint8Array }> = {
  [frameType.hello]: codec(decodeHello, encodeHello),
  [frameType.welcome]: codec(decodeWelcome, encodeWelcome),
  [frameType.refused]: codec(decodeRefused, encodeRefused),
  [frameType.want]: codec(decodeWant, encodeWant),
  [frameType.bye]: codec(decodeBye, encodeBye),
  [frameType.open]: codec(decodeOpen, encodeOpen),
  [frameType.opened]: codec(decodeNumber, encodeOpened),
  [frameType.failed]: codec(decodeFailed, encodeFailed),
  [frameType.reset]: codec(decodeNumber, encodeReset),
  [frameType.ack]: codec(survival.decodeAck, survival.encodeAck),
  [frameType.drop]: codec(survival.decodeDrop, survival.encodeDrop),
  [frameType.resumed]: codec(survival.decodeResumed, survival.encodeResumed),
  [frameType.token]: codec(survival.decodeToken, survival.encodeToken),
  [frameType.use]: codec(direct.decodeUse, direct.encodeUse),
  [frameType.candidates]: codec(direct.decodeCandidates, direct.encodeCandidates),
  [frameType.packed]: codec(packed.decodePacked, packed.encodePacked),
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
        takesPacked: () => true,
        onMessage: (type, body) => {
          const most = type === frameType.packed ? maxPackedLength : maxMessageLength
          if (body.length > most) throw new Error(`a body of ${body.length} bytes`)
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

const text = Buffer.from('bytes of a stream, as they shrink. '.repeat(40))
const blocks = [text, Buffer.alloc(65_536), randomBytes(3_000)].map((bytes) =>
  Buffer.from(
    packed
      .encodePacked({ length: bytes.length, padding: 3, packed: zstdCompressSync(bytes) })
      .subarray(headerLength),
  ),
)

fuzz('packed blocks', {
  samples: blocks.map((body) => body.subarray(0, 3_100)),
  check: ({ bytes }) => {
    const { value } = { value: undefined, ...outcome([WireError], () => unpackBlock(bytes)) }
    if (value && (value.length === 0 || value.length > 65_536)) throw new Error(`${value.length} bytes`)
  },
})

fuzz('watched question', {
  samples: [
    Buffer.from(encodeQuestion({ gpus: true, pids: [] })),
    Buffer.from(encodeQuestion({ gpus: false, pids: [1, 4_194_304] })),
  ],
  check: ({ bytes }) => {
    const question = decodeQuestion(bytes)
    if (question && !bytes.equals(encodeQuestion(question)))
      throw new Error('two byte strings are the same question')
  },
})
