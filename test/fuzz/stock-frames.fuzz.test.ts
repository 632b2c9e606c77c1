import {
  encodeBare,
  encodeDataRun,
  encodePing,
  encodeWindow,
  maxMuxPayload,
  MuxFrameDecoder,
  muxFlag,
} from '../../relay-core/src/stock/mux/mux-frames.ts'
import {
  compressBlock,
  maxBlockBytes,
  uncompressBlock,
} from '../../relay-core/src/stock/snappy/snappy-block.ts'
import { SnappyDecoder, SnappyEncoder } from '../../relay-core/src/stock/snappy/snappy-frames.ts'
import { decodeSocksDatagram, encodeSocksDatagram } from '../../relay-core/src/net/stream/socks-datagram.ts'
import { decodeHealthReport, encodeHealthReport } from '../../relay-core/src/stock/messages/main-messages.ts'
import { fuzz, outcome } from './fuzz.ts'
import { Trace } from './trace.ts'

function muxSaid(parts: readonly Buffer[]): string {
  const trace = new Trace()
  const bare = (flag: number) => (id: number) => {
    trace.number(flag)
    trace.number(id)
  }
  const payload = (flag: number, id: number, bytes: Buffer) => {
    if (bytes.length > maxMuxPayload) throw new Error(`a payload of ${bytes.length} bytes`)
    bare(flag)(id)
    trace.bytes(bytes)
  }
  const decoder = new MuxFrameDecoder({
    ping: (bytes) => payload(muxFlag.ping, 0, bytes),
    pong: (bytes) => payload(muxFlag.pong, 0, bytes),
    open: bare(muxFlag.open),
    opened: bare(muxFlag.opened),
    openFailed: bare(muxFlag.openFailed),
    data: (id, bytes, last) => payload(last ? muxFlag.data : muxFlag.dataPart, id, bytes),
    window: (id, consumed, max) => {
      if (consumed < 0 || max < 0) throw new Error('a negative window')
      bare(muxFlag.window)(id)
      trace.number(consumed)
      trace.number(max)
    },
    close: bare(muxFlag.close),
  })
  const end = outcome([RangeError], () => {
    for (const part of parts) decoder.decode(part)
  })
  return `${trace.result} ${end.refused ?? ''}`
}

fuzz('mux frames', {
  samples: [
    encodePing(muxFlag.ping, Buffer.from('2026-11-22T08:28:22.5Z')),
    encodePing(muxFlag.pong, Buffer.from('x')),
    ...[muxFlag.open, muxFlag.opened, muxFlag.openFailed, muxFlag.close].map((flag) => encodeBare(flag, 1)),
    encodeWindow(1, 30_000, 122_550),
    encodeDataRun(1, Buffer.from('hello-nps'), true),
    encodeDataRun(2, Buffer.alloc(300, 'part'), false),
  ],
  check: ({ bytes, parts }) => {
    if (muxSaid([bytes]) !== muxSaid(parts)) throw new Error('split otherwise it reads otherwise')
  },
})

function snappySaid(parts: readonly Buffer[]): string {
  const trace = new Trace()
  const decoder = new SnappyDecoder()
  const end = outcome([RangeError], () => {
    for (const part of parts) {
      for (const chunk of decoder.decode(part)) {
        if (chunk.length === 0 || chunk.length > maxBlockBytes) throw new Error(`${chunk.length} bytes`)
        trace.bytes(chunk)
      }
    }
  })
  // What came before the fault in the same piece is lost with it, so only what was understood throughout is compared.
  return end.refused ?? trace.result
}

const snappy = (...texts: string[]) => {
  const encoder = new SnappyEncoder()
  return Buffer.concat(texts.flatMap((text) => encoder.encode(Buffer.from(text))))
}

fuzz('snappy frames', {
  samples: [
    snappy('hello'),
    snappy('loss 0.1234 '.repeat(60), 'x'),
    snappy('a', 'b'),
    snappy('z'.repeat(900)),
  ],
  check: ({ bytes, parts, random }) => {
    if (snappySaid([bytes]) !== snappySaid(parts)) throw new Error('split otherwise it reads otherwise')
    const block = outcome([RangeError], () => uncompressBlock(bytes))
    if (block.refused === undefined && block.value.length > maxBlockBytes) throw new Error('too long a block')
    if (!random.oneIn(20)) return
    if (
      !uncompressBlock(compressBlock(bytes.subarray(0, maxBlockBytes))).equals(
        bytes.subarray(0, maxBlockBytes),
      )
    )
      throw new Error('a block does not come back')
  },
})

fuzz('socks datagram', {
  samples: [
    '000000017f000001520a7535',
    '00000003096c6f63616c686f737400355445',
    '0000000420010db80000000000000000000000010035aabb',
  ].map((hex) => Buffer.from(hex, 'hex')),
  check: ({ bytes }) => {
    const read = decodeSocksDatagram(bytes)
    // A name is looked up and never sent back.
    if (!read || bytes[3] === 3) return
    if (!encodeSocksDatagram(read).equals(bytes)) throw new Error('written again it differs')
  },
})

fuzz('health report', {
  samples: [
    encodeHealthReport({ target: '127.0.0.1:80', up: true }).subarray(4),
    encodeHealthReport({ target: '[::1]:8888', up: false }).subarray(4),
    Buffer.from('*#*1*#*'),
  ],
  check: ({ bytes }) => {
    const read = outcome([RangeError], () => decodeHealthReport(bytes))
    if (read.refused !== undefined) return
    const again = decodeHealthReport(encodeHealthReport(read.value).subarray(4))
    if (again.target !== read.value.target || again.up !== read.value.up) throw new Error('it differs')
  },
})
