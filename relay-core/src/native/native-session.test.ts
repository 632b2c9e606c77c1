import { duplexPair } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { frameType } from '../wire/frame.ts'
import { decodeOpen, encodeEnd, encodeFailed, encodeOpened } from '../wire/stream-messages.ts'
import { FramedSocket } from './carriers/framed-socket.ts'
import { NativeSession } from './native-session.ts'

const target = { host: '127.0.0.1', port: 8888 }

const opened: Disposable[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one[Symbol.dispose]()
})

function session(takesEarlyData: boolean): NativeSession {
  const [control] = duplexPair()
  const made = new NativeSession(new FramedSocket(control), {
    clientId: 1,
    address: '',
    version: '',
    hostname: '',
    fingerprint: '',
    instance: '',
    takesEarlyData,
    carriersElsewhere: () => 0,
  })
  made.start()
  opened.push({ [Symbol.dispose]: () => made.close('shutdown') })
  return made
}

/** The agent's end of a carrier: what the relay has said on it, as text. */
class AgentEnd {
  readonly socket: FramedSocket
  said = ''
  #changed = Promise.withResolvers<void>()

  constructor(to: NativeSession) {
    const [relay, agent] = duplexPair()
    const framed = new FramedSocket(relay)
    to.addCarrier(framed)
    framed.start()
    this.socket = new FramedSocket(agent)
    this.socket.receiver = {
      onMessage: (type, body) =>
        this.#add(type === frameType.open ? `open ${decodeOpen(body).number} ` : `${type} `),
      onData: (part) => this.#add(`${Buffer.from(part).toString()} `),
    }
    this.socket.start()
    opened.push({ [Symbol.dispose]: () => this.socket.destroy() })
  }

  async says(words: string): Promise<void> {
    while (this.said !== words) await this.#changed.promise
  }

  #add(words: string): void {
    this.said += words
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

const { signal } = new AbortController()

describe('what is written to a stream that is being opened', () => {
  it('goes ahead of the answer to an agent that takes it', async () => {
    const relay = session(true)
    const agent = new AgentEnd(relay)
    const opening = await relay.beginStream(target, { signal })
    opening.stream.write('early')
    await agent.says('open 1 early ')
    agent.socket.send(encodeOpened(1))
    await opening.opened
    opening.stream.end('late')
    await agent.says(`open 1 early late ${frameType.end} `)
    expect(opening.stream.destroyed).toBe(false)
  })

  it('waits for the answer of an older agent', async () => {
    const relay = session(false)
    const agent = new AgentEnd(relay)
    const opening = await relay.beginStream(target, { signal })
    opening.stream.end('early')
    await agent.says('open 1 ')
    await new Promise((resolve) => setImmediate(resolve))
    expect(agent.said).toBe('open 1 ')
    agent.socket.send(encodeOpened(1))
    await opening.opened
    await agent.says(`open 1 early ${frameType.end} `)
  })

  it.each([true, false])(
    'is lost with a refusal, and the carrier serves the next (early data: %s)',
    async (early) => {
      const relay = session(early)
      const agent = new AgentEnd(relay)
      const refused = await relay.beginStream(target, { signal })
      refused.stream.write('early')
      await agent.says(early ? 'open 1 early ' : 'open 1 ')
      agent.socket.send(encodeFailed({ number: 1, code: 'target-refused', message: 'nobody there' }))
      await expect(refused.opened).rejects.toMatchObject({ code: 'target-refused' })
      refused.stream.destroy()
      agent.said = ''
      const next = await relay.beginStream(target, { signal })
      await agent.says('open 2 ')
      agent.socket.send(encodeOpened(2))
      await next.opened
      next.stream.write('kept')
      await agent.says('open 2 kept ')
    },
  )

  it('is not sent by a second carrier, where the target could get it twice', async () => {
    const relay = session(true)
    const [spare, first] = [new AgentEnd(relay), new AgentEnd(relay)]
    const opening = await relay.beginStream(target, { signal })
    opening.stream.write('early')
    await first.says('open 1 early ')
    first.socket.destroy()
    await expect(opening.opened).rejects.toMatchObject({ code: 'agent-silent' })
    expect(spare.said).toBe('')
  })

  it('goes by another carrier to an older agent too, also when the lost one had carried a stream', async () => {
    const relay = session(false)
    const [spare, first] = [new AgentEnd(relay), new AgentEnd(relay)]
    const before = await relay.beginStream(target, { signal })
    await first.says('open 1 ')
    first.socket.send(encodeOpened(1))
    await before.opened
    before.stream.end()
    before.stream.resume()
    await first.says(`open 1 ${frameType.end} `)
    const isOver = new Promise((resolve) => before.stream.once('close', resolve))
    first.socket.send(encodeEnd())
    await isOver
    first.said = ''
    const opening = await relay.beginStream(target, { signal })
    await first.says('open 2 ')
    first.socket.destroy()
    await spare.says('open 1 ')
    spare.socket.send(encodeOpened(1))
    await opening.opened
    expect(opening.stream.destroyed).toBe(false)
  })

  it('goes by another carrier when the first was lost before anything was written', async () => {
    const relay = session(true)
    const [spare, first] = [new AgentEnd(relay), new AgentEnd(relay)]
    const opening = await relay.beginStream(target, { signal })
    await first.says('open 1 ')
    first.socket.destroy()
    await spare.says('open 1 ')
    opening.stream.write('once')
    await spare.says('open 1 once ')
    spare.socket.send(encodeOpened(1))
    await opening.opened
    expect(first.said).toBe('open 1 ')
  })
})
