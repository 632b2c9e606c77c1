import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, frameType } from '../../wire/frame.ts'
import { encodeEnd, encodeReset } from '../../wire/stream-messages.ts'
import { Carrier } from './carrier.ts'
import { FramedSocket } from './framed-socket.ts'

/** One end of a carrier in memory, and how often it has become idle. */
class End {
  idleCount = 0
  readonly carrier: Carrier
  readonly framed: FramedSocket
  readonly #idleListeners = new Set<() => void>()

  constructor(socket: Duplex) {
    this.framed = new FramedSocket(socket)
    this.carrier = new Carrier(this.framed, {
      onMessage: () => undefined,
      onIdle: () => {
        this.idleCount += 1
        for (const listener of this.#idleListeners) listener()
      },
    })
    this.framed.start()
  }

  /** Fulfils when `count` streams have ended here, or the connection has. */
  async served(count: number): Promise<void> {
    if (this.idleCount >= count) return
    await new Promise<void>((resolve) => {
      this.#idleListeners.add(() => {
        if (this.idleCount >= count) resolve()
      })
      void this.framed.closed.then(() => resolve())
    })
  }
}

function pair(): [End, End] {
  const [one, other] = duplexPair()
  return [new End(one), new End(other)]
}

const quiet = (stream: Duplex): Duplex => stream.on('error', () => undefined)

describe('carrier', () => {
  it('carries both directions, each with its own end, and then the next stream', async () => {
    const [relay, agent] = pair()
    for (let count = 1; count <= 3; count += 1) {
      const number = relay.carrier.nextNumber()
      const here = relay.carrier.startStream(number)
      const there = agent.carrier.startStream(number)
      here.end(`question ${count}`)
      expect(await text(there)).toBe(`question ${count}`)
      expect(relay.carrier.isIdle).toBe(false)
      there.end(`answer ${count}`)
      expect(await text(here)).toBe(`answer ${count}`)
      await Promise.all([relay.served(count), agent.served(count)])
      expect(relay.carrier.isIdle && agent.carrier.isIdle).toBe(true)
    }
  })

  it('tells the other side of a reset, and serves on', async () => {
    const [relay, agent] = pair()
    const here = quiet(relay.carrier.startStream(1))
    const there = quiet(agent.carrier.startStream(1))
    here.write('some bytes')
    await once(there.resume(), 'data')
    here.destroy()
    await new Promise((resolve) => there.once('close', resolve))
    expect(there.errored).toMatchObject({ code: 'ECONNRESET' })
    await Promise.all([relay.served(1), agent.served(1)])
    expect(relay.carrier.isIdle && agent.carrier.isIdle).toBe(true)
  })

  it('takes a late RESET of the stream before for what it is', async () => {
    const [relay, agent] = pair()
    agent.framed.send(encodeReset(1))
    const here = relay.carrier.startStream(2)
    const there = agent.carrier.startStream(2)
    there.end('still here')
    here.end()
    expect(await text(here)).toBe('still here')
  })

  it.each([
    ['DATA without a stream', encodeFrame(frameType.data, Uint8Array.of(1))],
    ['END without a stream', encodeEnd()],
  ])('ends the connection of a peer that sends %s', async (_name, frame) => {
    const [relay, agent] = pair()
    agent.framed.send(frame)
    expect(await relay.framed.closed).toMatchObject({ name: 'WireError' })
  })

  it('stops its peer while nobody reads', async () => {
    const [relay, agent] = pair()
    const here = relay.carrier.startStream(1)
    const there = agent.carrier.startStream(1)
    const chunk = Buffer.alloc(64 * 1024)
    let sent = 0
    while (there.write(chunk)) {
      sent += chunk.length
      await new Promise((resolve) => setImmediate(resolve))
      expect(sent).toBeLessThan(4 * 1024 * 1024)
    }
    let received = 0
    here.on('data', (bytes: Buffer) => {
      received += bytes.length
    })
    await once(there, 'drain')
    there.end()
    await once(here, 'end')
    expect(received).toBe(sent + chunk.length)
  })

  it('is idle or closed at both ends after any order of writes, ends and resets', async () => {
    const step = fc.constantFrom('write', 'end', 'reset', 'wait')
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 6 }),
        fc.array(step, { maxLength: 6 }),
        async (ours, theirs) => {
          const [relay, agent] = pair()
          for (let count = 1; count <= 3 && relay.carrier.isIdle && agent.carrier.isIdle; count += 1) {
            const number = relay.carrier.nextNumber()
            const ends = [relay.carrier.startStream(number), agent.carrier.startStream(number)].map(quiet)
            await Promise.all([play(ends[0], ours), play(ends[1], theirs)])
            await Promise.all([relay.served(count), agent.served(count)])
            expect([relay.carrier.isIdle, agent.carrier.isIdle]).toEqual([
              !relay.framed.isClosed,
              !agent.framed.isClosed,
            ])
          }
          relay.framed.destroy()
          agent.framed.destroy()
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** Plays the steps on one end of a stream, and at last ends it, so that it can be over. */
async function play(stream: Duplex | undefined, steps: readonly string[]): Promise<void> {
  if (!stream) return
  stream.resume()
  for (const step of steps) {
    if (step === 'wait') await new Promise((resolve) => setImmediate(resolve))
    else if (step === 'reset') stream.destroy()
    else if (stream.destroyed || stream.writableEnded) continue
    else if (step === 'end') stream.end()
    else stream.write('bytes')
  }
  if (!stream.destroyed && !stream.writableEnded) stream.end()
}
