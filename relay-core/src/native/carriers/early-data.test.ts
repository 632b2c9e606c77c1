import { duplexPair, type Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import { encodeFrame, frameType } from '../../wire/frame.ts'
import { encodeEnd, encodeOpen, encodeOpened, encodeReset } from '../../wire/stream-messages.ts'
import { Carrier } from './carrier.ts'
import { maxEarlyBytes } from './early-bytes.ts'
import { CarrierStream } from './carrier-stream.ts'
import { FramedSocket } from './framed-socket.ts'
import { serveCarrier, type ReachedTarget } from './serve-carrier.ts'

const open = (number: number) => encodeOpen({ number, host: '127.0.0.1', port: 22, visitor: '', kind: 0 })
const data = (text: string | Buffer) => encodeFrame(frameType.data, Buffer.from(text))

const sockets: FramedSocket[] = []
afterEach(() => {
  for (const one of sockets.splice(0)) one.destroy()
})

function framed(socket: Duplex): FramedSocket {
  const made = new FramedSocket(socket)
  sockets.push(made)
  return made
}

/** What arrives, as text: `data:…` joined, or the type of a message. */
class Heard {
  readonly said: string[] = []
  bytes = 0
  #changed = Promise.withResolvers<void>()

  constructor(socket: FramedSocket) {
    socket.receiver = {
      onMessage: (type) => this.#add(`${type}`),
      onData: (part) => {
        this.bytes += part.length
        this.#add(`data:${Buffer.from(part).toString()}`)
      },
    }
    socket.start()
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await this.#changed.promise
  }

  #add(what: string): void {
    this.said.push(what)
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

describe('the end that asks', () => {
  function asking() {
    const [one, other] = duplexPair()
    const heard = new Heard(framed(other))
    const own = framed(one)
    const carrier = new Carrier(own, { onMessage: () => undefined, onIdle: () => undefined })
    own.start()
    return { carrier, own, heard }
  }

  it('sends what was written before there was a carrier, then what follows, and the end', async () => {
    const { carrier, own, heard } = asking()
    const stream = new CarrierStream()
    stream.write('one ')
    own.send(open(1))
    carrier.ask(carrier.nextNumber(), stream)
    stream.end('two')
    await heard.until(() => heard.said.length === 4)
    expect(heard.said).toEqual([`${frameType.open}`, 'data:one ', 'data:two', `${frameType.end}`])
    expect(carrier.hasSentEarly).toBe(true)
  })

  it('sends no more than the limit until the answer is there, and stops its writer', async () => {
    const { carrier, heard } = asking()
    const stream = new CarrierStream()
    carrier.ask(carrier.nextNumber(), stream)
    let isWritten = false
    stream.write(Buffer.alloc(maxEarlyBytes - 1))
    expect(stream.write(Buffer.alloc(100_000), () => (isWritten = true))).toBe(false)
    await heard.until(() => heard.bytes >= maxEarlyBytes)
    await new Promise((resolve) => setImmediate(resolve))
    expect([heard.bytes, isWritten]).toEqual([maxEarlyBytes, false])
    carrier.opened()
    await heard.until(() => heard.bytes === maxEarlyBytes - 1 + 100_000)
    expect(isWritten).toBe(true)
  })

  it('can go on by another carrier while nothing was sent, and not afterwards', async () => {
    const [first, second, third] = [asking(), asking(), asking()]
    const stream = new CarrierStream()
    first.carrier.ask(1, stream)
    first.own.destroy()
    await first.own.closed
    second.carrier.ask(1, stream)
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.write('once')
    await second.heard.until(() => second.heard.bytes === 4)
    second.own.destroy()
    await closed
    expect(second.carrier.hasSentEarly).toBe(true)
    third.own.destroy()
  })

  it('is idle after a refusal, and carries the next stream', async () => {
    const { carrier, heard } = asking()
    const refused = new CarrierStream()
    carrier.ask(1, refused)
    refused.end('lost')
    carrier.refused()
    expect(carrier.isIdle).toBe(true)
    carrier.startStream(2).write('kept')
    await heard.until(() => heard.said.includes('data:kept'))
  })
})

describe('the end that is asked', () => {
  /** An agent whose targets echo, or refuse, when the test says so. */
  function asked() {
    const [one, other] = duplexPair()
    const answers: ((isReached: boolean) => void)[] = []
    const got: string[] = []
    const relay = framed(one)
    const agent = framed(other)
    serveCarrier(agent, {
      0: () =>
        new Promise<ReachedTarget>((resolve, reject) => {
          answers.push((isReached) => {
            if (!isReached) {
              reject(new RelayError('target-refused', 'nobody there', {}))
              return
            }
            const join = (stream: Duplex) => {
              stream.on('data', (bytes: Buffer) => got.push(bytes.toString()))
              stream.on('end', () => {
                got.push('end')
                stream.end()
              })
            }
            resolve({ join, abandon: () => undefined })
          })
        }),
    })
    agent.start()
    const answer = async (at: number, isReached: boolean) => {
      while (!answers[at]) await new Promise((resolve) => setImmediate(resolve))
      answers[at](isReached)
    }
    return { relay, agent, heard: new Heard(relay), got, answer }
  }

  it('hands early data and the end over once the target is reached', async () => {
    const { relay, heard, got, answer } = asked()
    for (const frame of [open(1), data('early '), data('bytes'), encodeEnd()]) relay.send(frame)
    await answer(0, true)
    await heard.until(() => heard.said.length === 2)
    expect(heard.said).toEqual([`${frameType.opened}`, `${frameType.end}`])
    expect(got.join('')).toBe('early bytesend')
  })

  it('drops early data of a stream that it refuses, also what arrives later, and serves the next one', async () => {
    const { relay, heard, got, answer } = asked()
    for (const frame of [open(1), data('dropped')]) relay.send(frame)
    await answer(0, false)
    await heard.until(() => heard.said.includes(`${frameType.failed}`))
    for (const frame of [data('late'), encodeEnd(), open(2), data('kept'), encodeEnd()]) relay.send(frame)
    await answer(1, true)
    await heard.until(() => heard.said.includes(`${frameType.end}`))
    expect(got.join('')).toBe('keptend')
  })

  it.each([
    ['more than the limit', [open(1), data(Buffer.alloc(maxEarlyBytes)), data('!')]],
    ['bytes after the end', [open(1), encodeEnd(), data('!')]],
    ['two ends', [open(1), encodeEnd(), encodeEnd()]],
    ['a reset', [open(1), encodeReset(1)]],
    ['another OPEN', [open(1), open(2)]],
    ['an OPENED', [open(1), encodeOpened(1)]],
    ['bytes without an OPEN', [data('!')]],
  ])('ends the connection on %s', async (_what, frames) => {
    const { relay, agent } = asked()
    for (const frame of frames) relay.send(frame)
    expect(await agent.closed).toBeInstanceOf(Error)
  })

  it('takes no more than the limit after a refusal either', async () => {
    const { relay, agent, heard, answer } = asked()
    relay.send(open(1))
    await answer(0, false)
    await heard.until(() => heard.said.includes(`${frameType.failed}`))
    relay.send(data(Buffer.alloc(maxEarlyBytes)))
    relay.send(data('!'))
    expect(await agent.closed).toBeInstanceOf(Error)
  })
})
