import { CarryLink } from '../../relay-core/src/direct/carry/carry-link.ts'
import { FrameWriter } from '../../relay-core/src/direct/packets/frame-writer.ts'
import { readFrames, type PacketFrameReceiver } from '../../relay-core/src/direct/packets/frames.ts'
import { PacketSeal } from '../../relay-core/src/direct/packets/packet-seal.ts'
import type { PacketWay } from '../../relay-core/src/direct/packet-way.ts'
import { ManualClock } from '../../relay-core/src/testing/manual-clock.ts'
import { WireError } from '../../relay-core/src/wire/bytes.ts'
import { turn } from './fake-socket.ts'
import { fuzz, outcome } from './fuzz.ts'
import { Trace } from './trace.ts'

function written(write: (writer: FrameWriter) => void): Buffer {
  const writer = new FrameWriter(1_477)
  writer.begin(1_477)
  write(writer)
  return Buffer.from(writer.written)
}

const samples = [
  written((writer) => {
    writer.ack(
      [
        { from: 90, to: 107 },
        { from: 3, to: 80 },
        { from: 0, to: 0 },
      ],
      3.5,
    )
    writer.data(1, 0, Buffer.from('the first bytes'))
    writer.end(1, 15)
  }),
  written((writer) => {
    writer.window(1, 5_000_000)
    writer.window(0, 20_000_000)
    writer.reset(3, 0)
    writer.data(5, 700, Buffer.alloc(700, 'x'))
  }),
  written((writer) => {
    writer.probe(7)
    writer.echo(7)
    writer.back()
    writer.ping()
    writer.pad()
  }),
  written((writer) => writer.bye()),
]

/** All that the reader says. */
function said(bytes: Buffer): string {
  const trace = new Trace()
  const receiver: PacketFrameReceiver = {
    onData: (stream, offset, data) => {
      trace.number(stream)
      trace.number(offset)
      trace.bytes(data)
    },
    onEnd: (stream, size) => trace.number(stream + size),
    onReset: (stream, size) => trace.number(stream - size),
    onWindow: (stream, limit) => trace.number(stream ^ limit),
    onAck: ({ largest, delayMs, ranges }) => {
      let below = largest + 1
      for (const { from, to } of ranges) {
        if (from < 0 || from > to || to >= below) throw new Error(`a range from ${from} to ${to}`)
        below = from
      }
      if (ranges.length === 0 || !(delayMs >= 0 && delayMs < 1_000)) throw new Error('not an ACK')
      trace.number(largest)
    },
    onProbe: (token) => trace.number(token),
    onEcho: (token) => trace.number(token),
    onBack: () => trace.number(1),
    onBye: () => trace.number(2),
  }
  const end = outcome([WireError], () => readFrames(bytes, receiver))
  return `${trace.result} ${end.refused ?? end.value}`
}

fuzz('direct frames', {
  samples,
  check: ({ bytes }) => {
    if (said(bytes) !== said(Buffer.from(bytes))) throw new Error('read again it reads otherwise')
  },
})

const secret = Buffer.alloc(32, 7)

fuzz('direct link', {
  samples,
  check: async ({ bytes, parts }) => {
    const clock = new ManualClock()
    let receive: (packet: Uint8Array) => void = () => undefined
    let sentBytes = 0
    const way: PacketWay = {
      maxPacket: 1_200,
      send: (packet) => {
        sentBytes += packet.length
      },
      onPacket: (listener) => {
        receive = listener
      },
      onEnd: () => undefined,
      close: () => undefined,
    }
    let streams = 0
    const link = new CarryLink({
      secret,
      role: 'agent',
      relay: way,
      clock,
      onStream: (stream) => {
        streams += 1
        stream.resume()
        stream.write('an answer')
      },
    })
    // What the peer has not sealed is as if it had not come.
    receive(bytes)
    clock.advance(10)
    if (sentBytes > 0) throw new Error('an answer to a stranger')
    const seal = new PacketSeal(secret, 'visitor')
    for (const [number, part] of parts.entries()) receive(seal.seal(number, part))
    clock.advance(50)
    await turn()
    clock.advance(100)
    if (streams > 2_048) throw new Error(`${streams} streams`)
    if (sentBytes > 400_000) throw new Error(`${sentBytes} bytes in answer`)
    link.close()
    await turn()
    const error = await link.closed
    if (error && !(error instanceof WireError)) throw error
    if (clock.waiting > 0) throw new Error(`${clock.waiting} timers left`)
  },
})
