import { RelayError } from '../../relay-core/src/api/errors.ts'
import {
  encodeBare,
  encodeDataRun,
  encodePing,
  encodeWindow,
  muxFlag,
} from '../../relay-core/src/stock/mux/mux-frames.ts'
import { MuxSession } from '../../relay-core/src/stock/mux/mux-session.ts'
import type { MuxStream } from '../../relay-core/src/stock/mux/mux-stream.ts'
import { FakeSocket, turn } from './fake-socket.ts'
import { fuzz, type Case } from './fuzz.ts'
import type { Random } from './random.ts'

const maxStreams = 4
const limits = { maxStreams, receiveWindowBytes: 200_000, halfCloseLingerMs: 0 }

const talk = [1, 2, 3].flatMap((id) => [
  encodeBare(muxFlag.opened, id),
  encodeDataRun(id, Buffer.from('hello-nps'), true),
  encodeDataRun(id, Buffer.alloc(5000, 'part'), false),
  encodeWindow(id, 9, 122_550),
  encodeBare(muxFlag.close, id),
  encodeBare(muxFlag.open, id),
  encodePing(muxFlag.ping, Buffer.from('x')),
])
const samples = [...talk, Buffer.concat(talk.slice(0, 4)), Buffer.concat(talk.slice(5, 9))]

/** Uses a stream as its owner may: as bytes, datagrams or messages, read or not, ended or not. */
function use(stream: MuxStream, random: Random): void {
  stream.on('error', () => undefined)
  if (random.oneIn(3)) stream.joinMessages()
  else if (random.oneIn(2)) stream.dropWhenFull()
  if (random.oneIn(2)) stream.resume()
  if (random.oneIn(2)) stream.write(Buffer.alloc(random.below(9000)))
  if (random.oneIn(4)) stream.end()
}

async function feed(mux: MuxSession, carrier: FakeSocket, { parts, bytes }: Case): Promise<void> {
  mux.start()
  for (const part of parts) carrier.push(part)
  await turn()
  if (mux.streamCount > maxStreams) throw new Error(`${mux.streamCount} streams`)
  // A frame of five bytes may be answered with a window, a ping with as much again: never with many times that.
  if (carrier.writtenBytes > 60_000 + 4 * bytes.length)
    throw new Error(`${carrier.writtenBytes} bytes written`)
  mux.close('the test is over')
  await mux.closed
  await turn()
  if (mux.streamCount > 0 || !carrier.destroyed) throw new Error('something is left')
}

fuzz('mux session, relay', {
  samples,
  check: async (input) => {
    const carrier = new FakeSocket()
    const mux = new MuxSession({ carrier, limits })
    const { signal } = new AbortController()
    const openings = [1, 2, 3].map(() =>
      mux.open({ signal }).then(
        (stream) => use(stream, input.random),
        (error: unknown) => {
          if (!(error instanceof RelayError)) throw error
        },
      ),
    )
    await feed(mux, carrier, input)
    await Promise.all(openings)
  },
})

fuzz('mux session, agent', {
  samples,
  check: async (input) => {
    const carrier = new FakeSocket()
    const mux = new MuxSession({ carrier, limits, onStream: (stream) => use(stream, input.random) })
    await feed(mux, carrier, input)
  },
})
