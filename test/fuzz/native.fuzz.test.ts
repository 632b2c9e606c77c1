import { RelayError } from '../../relay-core/src/api/errors.ts'
import { Carrier } from '../../relay-core/src/native/carriers/carrier.ts'
import { ControlLink } from '../../relay-core/src/native/control/control-link.ts'
import { FramedSocket } from '../../relay-core/src/native/carriers/framed-socket.ts'
import { NativeSession } from '../../relay-core/src/native/native-session.ts'
import { serveCarrier, type KindServer } from '../../relay-core/src/native/carriers/serve-carrier.ts'
import { packBlock } from '../../relay-core/src/native/packing/packed-block.ts'
import { newPackingLine } from '../../relay-core/src/native/packing/stream-packer.ts'
import { answerToResume } from '../../relay-core/src/native/survival/answer-to-resume.ts'
import { SurvivingLink } from '../../relay-core/src/native/survival/surviving-link.ts'
import { SurvivingLinks } from '../../relay-core/src/native/survival/surviving-links.ts'
import { splice } from '../../relay-core/src/net/stream/splice.ts'
import { encodeFrame, frameType } from '../../relay-core/src/wire/frame.ts'
import { encodeRefused } from '../../relay-core/src/wire/hello-messages.ts'
import { encodeBye, encodePing, encodePong, encodeWant } from '../../relay-core/src/wire/link-messages.ts'
import {
  encodeEnd,
  encodeFailed,
  encodeOpen,
  encodeOpened,
  encodeReset,
  streamKind,
} from '../../relay-core/src/wire/stream-messages.ts'
import { encodeAck, encodeDrop, encodeResumed } from '../../relay-core/src/wire/survival-messages.ts'
import { FakeSocket, turn } from './fake-socket.ts'
import { fuzz, type Case } from './fuzz.ts'

const data = (length: number) => encodeFrame(frameType.data, Buffer.alloc(length, 'd'))
const target = { host: '127.0.0.1', port: 8888 }

const words = {
  open: encodeOpen({ number: 1, ...target, visitor: '10.0.0.1:4711', kind: streamKind.tcp }),
  opened: encodeOpened(1),
  failed: encodeFailed({ number: 1, code: 'target-refused', message: 'nobody there' }),
  data: data(20),
  end: encodeEnd(),
  reset: encodeReset(1),
  ping: encodePing(Buffer.alloc(8)),
  pong: encodePong(Buffer.alloc(8)),
  want: encodeWant(3),
  bye: encodeBye({ reason: 'stopped' }),
  packed: packBlock(Buffer.from('words '.repeat(200)), 1) ?? data(1),
  ack: encodeAck([{ carrier: 1, position: 9 }]),
  drop: encodeDrop(1),
}
type Word = keyof typeof words
const say = (...said: Word[]) => Buffer.concat(said.map((word) => words[word]))
const alone = (Object.keys(words) as Word[]).map((word) => say(word))

/** Lets it all happen, then ends: nothing may be left open, and no answer may be many times what was asked. */
async function feed(socket: FakeSocket, framed: FramedSocket, { parts, bytes }: Case): Promise<void> {
  framed.start()
  for (const part of parts) socket.push(part)
  await turn()
  if (socket.writtenBytes > 40_000 + 4 * bytes.length) throw new Error(`${socket.writtenBytes} bytes written`)
  framed.destroy()
  await framed.closed
  await turn()
}

fuzz('native carrier, relay', {
  samples: [
    ...alone,
    say('data', 'data', 'end'),
    say('end', 'data'),
    say('data', 'reset'),
    say('packed', 'data', 'packed', 'end'),
    say('packed', 'packed', 'reset'),
    Buffer.from(data(9000)),
  ],
  check: async (input) => {
    const { random } = input
    const socket = new FakeSocket()
    const framed = new FramedSocket(socket)
    const events = { onMessage: () => undefined, onIdle: () => undefined }
    const carrier = new Carrier(framed, events, { takesPacked: !random.oneIn(4) })
    const stream = carrier.startStream(carrier.nextNumber())
    stream.on('error', () => undefined)
    if (random.oneIn(2)) stream.resume()
    if (random.oneIn(2)) stream.write(Buffer.alloc(random.below(20_000)))
    if (random.oneIn(3)) stream.end()
    if (random.oneIn(5)) stream.destroy()
    await feed(socket, framed, input)
    stream.resume()
    await turn()
    if (!stream.destroyed && !stream.readableEnded) throw new Error('a stream has outlived its carrier')
  },
})

fuzz('native carrier, agent', {
  samples: [
    ...alone,
    say('open', 'data', 'end'),
    say('open', 'end', 'open'),
    say('open', 'reset', 'open', 'data'),
    say('open', 'data', 'data', 'end', 'open', 'data'),
    Buffer.concat([say('open'), data(65_536), say('data')]),
  ],
  check: async (input) => {
    const dialled: FakeSocket[] = []
    const socket = new FakeSocket()
    const framed = new FramedSocket(socket)
    const dial: KindServer = async () => {
      if (input.random.oneIn(4)) throw new RelayError('target-refused', 'nobody there', {})
      const found = new FakeSocket([Buffer.from('hello from the target')], input.random.oneIn(2))
      dialled.push(found)
      return { join: (stream) => void splice(stream, found), abandon: () => found.destroy() }
    }
    const line = input.random.oneIn(2) ? newPackingLine() : undefined
    serveCarrier(framed, { [streamKind.tcp]: dial }, line)
    await feed(socket, framed, input)
    if (dialled.some((one) => !one.destroyed)) throw new Error('a dialled target was left open')
  },
})

fuzz('native control link', {
  samples: [...alone, say('ping', 'pong', 'want', 'bye')],
  check: async (input) => {
    const socket = new FakeSocket()
    const framed = new FramedSocket(socket)
    let wanted = 0
    const links = new SurvivingLinks()
    const link = new ControlLink(framed, {
      ...(input.random.oneIn(2) && {
        onAck: (entries) => links.onAck(entries),
        onDrop: (carrier) => links.onDrop(carrier),
      }),
      onWant: (count) => {
        wanted = count
      },
      onRoundTrip: (ms) => {
        if (!(ms >= 0 && ms < 10_000)) throw new Error(`a round trip of ${ms} ms`)
      },
    })
    await feed(socket, framed, input)
    const { said } = await link.closed
    if (wanted > 0xffff || (said?.reason.length ?? 0) > 255) throw new Error('more than a message can say')
  },
})

fuzz('native opening', {
  samples: [...alone, say('opened', 'data', 'end'), say('failed', 'data'), say('opened', 'reset', 'opened')],
  check: async (input) => {
    const control = new FramedSocket(new FakeSocket())
    const session = new NativeSession(control, {
      clientId: 1,
      address: '',
      version: '',
      hostname: '',
      fingerprint: '',
      instance: '',
      takesEarlyData: input.random.oneIn(2),
      carriersElsewhere: () => 0,
    })
    session.start()
    const socket = new FakeSocket()
    const framed = new FramedSocket(socket)
    session.addCarrier(framed)
    const abort = new AbortController()
    const { stream, opened } = await session.beginStream(target, { signal: abort.signal })
    if (input.random.oneIn(2)) stream.write(Buffer.alloc(input.random.below(20_000)))
    if (input.random.oneIn(3)) stream.end()
    const opening = opened.then(
      () => stream.resume(),
      (error: unknown) => {
        if (error !== abort.signal.reason && !(error instanceof RelayError)) throw error
      },
    )
    await turn()
    await feed(socket, framed, input)
    abort.abort(new Error('the visitor has left'))
    await opening
    stream.destroy()
    session.close('shutdown')
    control.destroy()
    await session.closed
  },
})

const sent = Buffer.alloc(9, 's')

/** One end of a stream that survives its connections, acknowledged on them or elsewhere. */
function surviving(framed: FramedSocket, acknowledgesInside: boolean) {
  const links = new SurvivingLinks(undefined, { acknowledgesInside })
  const session = { acknowledge: () => true, drop: () => undefined }
  links.begin(session)
  const isNeeded = () => carrier.isNeeded
  const link = new SurvivingLink(framed, { number: 1, place: links, isNeeded })
  const carrier: Carrier = new Carrier(link, { onMessage: () => undefined, onIdle: () => link.end() })
  links.add(link)
  const stream = carrier.startStream(1)
  stream.on('error', () => undefined)
  stream.write(sent)
  const end = async () => {
    link.onDropped()
    await link.closed
    links.over(session)
    stream.resume()
    await turn()
    if (links.size > 0 || links.budget.taken !== 0)
      throw new Error('something is kept of a stream that is over')
    if (!stream.destroyed && !stream.readableEnded) throw new Error('a stream has outlived its carrier')
  }
  return { links, link, stream, end }
}

fuzz('native surviving stream', {
  samples: [
    ...alone,
    say('data', 'ack', 'end', 'ack'),
    say('ack', 'ack', 'data'),
    say('reset', 'ack'),
    say('data', 'drop'),
    say('data', 'bye', 'data'),
    encodeAck([
      { carrier: 1, position: 9 },
      { carrier: 2, position: 2 ** 40 },
    ]),
  ].map((sample) => Buffer.from(sample)),
  check: async ({ parts, random }) => {
    const sockets = [new FakeSocket()]
    const first = new FramedSocket(sockets[0] ?? new FakeSocket())
    const { link, stream, end } = surviving(first, random.oneIn(2))
    if (random.oneIn(2)) stream.resume()
    if (random.oneIn(3)) stream.end()
    first.start()
    for (const part of parts) {
      sockets.at(-1)?.push(part)
      await turn()
      if (!random.oneIn(3)) continue
      // The connection is cut, and the peer says how far it is.
      sockets.at(-1)?.destroy()
      await turn()
      const position = random.below(2 * sent.length)
      if (!link.canResumeFrom(position)) continue
      const socket = new FakeSocket()
      const framed = new FramedSocket(socket)
      sockets.push(socket)
      link.interrupt()
      link.goOn(framed, position)
      framed.start()
    }
    await turn()
    await end()
    if (sockets.some((socket) => !socket.destroyed)) throw new Error('a connection was left open')
  },
})

const answers = [
  encodeResumed(0),
  encodeResumed(sent.length),
  encodeRefused({ code: 'not-found', message: '' }),
  encodeRefused({ code: 'wrong-key', message: '' }),
].map((frame) => Buffer.from(frame))

fuzz('native resumption', {
  samples: [...answers, ...answers.map((answer) => Buffer.concat([answer, say('data', 'end')]))],
  check: async ({ parts, random }) => {
    const { link, stream, end } = surviving(new FramedSocket(new FakeSocket()), random.oneIn(2))
    stream.resume()
    link.interrupt()
    const socket = new FakeSocket([...parts], true)
    const { signal } = new AbortController()
    const answered = await answerToResume(link, new FramedSocket(socket), { signal }).then(
      () => true,
      () => false,
    )
    await turn()
    if (!answered && !socket.destroyed) throw new Error('a connection without an answer was left open')
    await end()
    // One that has nothing to go on for ends by itself.
    socket.destroy()
  },
})
