import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StockPair, type End, type Layer } from './stock-pair.ts'
import { readAll, Targets } from './targets.ts'

interface Probe {
  hops: { state: string; failure: { code: string } | null }[]
}

/** What a pair that speaks the stock protocol must do, whoever made its ends. */
export function stockSuite(ends: { relay: End; agent: End }, layer: Layer): void {
  const ourRelay = 'ours' in ends.relay
  const targets = new Targets()
  let udp: UdpSocket
  let pair: StockPair

  beforeAll(async () => {
    udp = createSocket('udp4').bind(0, '127.0.0.1')
    udp.on('message', (data, from) => udp.send(data, from.port, from.address))
    await once(udp, 'listening')
    pair = await StockPair.start(ends, layer, {
      echo: { mode: 'tcp', port: await targets.echo() },
      refused: { mode: 'tcp', port: await targets.closedPort() },
      says: { mode: 'tcp', port: await targets.listen((socket) => socket.end(Buffer.alloc(1_000_000, 's'))) },
      answers: {
        mode: 'tcp',
        port: await targets.listen((socket) =>
          socket.once('data', (request) => socket.end(`answer to ${String(request)}`)),
        ),
      },
      udp: { mode: 'udp', port: udp.address().port },
    })
    await echoes(targets, pair)
  })
  afterAll(async () => {
    await targets.close()
    udp.close()
    await pair.close()
  })

  it('echoes 30 MB', { timeout: 60_000 }, async () => {
    const sent = Buffer.alloc(30_000_000, 'epoch 7 loss 0.1234 ')
    expect((await exchange(targets, port(pair, 'echo'), sent)).equals(sent)).toBe(true)
  })

  it('carries 200 streams at once', { timeout: 60_000 }, async () => {
    const sent = Array.from({ length: 200 }, (_, at) => Buffer.alloc(50_000, `stream ${at} `))
    const received = await Promise.all(sent.map((bytes) => exchange(targets, port(pair, 'echo'), bytes)))
    expect(received.filter((bytes, at) => !bytes.equals(sent[at] as Buffer))).toEqual([])
  })

  it('delivers all that a target says before it closes, and then the end', async () => {
    const visitor = await targets.visit(port(pair, 'says'))
    expect((await readAll(visitor)).length).toBe(1_000_000)
  })

  it('ends the visit to a target that refuses', async () => {
    // a reset can be as quick as the connection itself
    expect(['ECONNRESET', 'end']).toContain(await targets.outcome(port(pair, 'refused'), 'anybody there?'))
  })

  it.runIf(ourRelay)('resets a visitor whose target refuses, and a probe says why', async () => {
    expect(await targets.outcome(port(pair, 'refused'))).toBe('ECONNRESET')
    const refused = await pair.ourRelay?.call<Probe>('probe', { id: 2 })
    expect(refused?.hops.map(({ state, failure }) => failure?.code ?? state)).toEqual([
      'ok',
      'ok',
      'target-refused',
    ])
    const reached = await pair.ourRelay?.call<Probe>('probe', { id: 1 })
    expect(reached?.hops.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
  })

  // With TLS inside the stream the end of a direction is the end of the stream for a stock agent.
  it.runIf(ourRelay && layer !== 'crypt')('R15: answers a visitor that has ended its half', async () => {
    const visitor = await targets.visit(port(pair, 'answers'))
    visitor.end('GET / HTTP/1.0')
    expect(String(await readAll(visitor))).toBe('answer to GET / HTTP/1.0')
  })

  it.runIf(ourRelay)('keeps datagrams whole', async () => {
    const sizes = [1, 900, 1100, 3]
    expect(await pair.ourRelay?.call('datagrams', { port: udp.address().port, sizes })).toEqual(sizes)
  })

  it.runIf(!ourRelay)('keeps datagrams whole through the relay’s udp tunnel', async () => {
    const visitor = createSocket('udp4')
    const sizes = [1, 900, 1100, 3]
    const answers: number[] = []
    for (const size of sizes) {
      visitor.send(Buffer.alloc(size, 'u'), port(pair, 'udp'), '127.0.0.1')
      const [answer] = (await once(visitor, 'message', { signal: AbortSignal.timeout(10_000) })) as [Buffer]
      answers.push(answer.length)
    }
    visitor.close()
    expect(answers).toEqual(sizes)
  })
}

/** What becomes of the link when an end is restarted or frozen. */
export function stockLinkSuite(ends: { relay: End; agent: End }): void {
  describe('link', () => {
    const targets = new Targets()
    let pair: StockPair

    beforeAll(async () => {
      pair = await StockPair.start(ends, 'plain', { echo: { mode: 'tcp', port: await targets.echo() } })
      await echoes(targets, pair)
    })
    afterAll(async () => {
      await targets.close()
      await pair.close()
    })

    it('T7: survives a restart of the agent', { timeout: 60_000 }, async () => {
      await pair.agent?.kill()
      pair.startAgent()
      expect(await echoes(targets, pair)).toBe(greeting)
    })

    it('T15: survives a restart of the relay', { timeout: 60_000 }, async () => {
      await pair.relay?.kill()
      await pair.startRelay()
      expect(await echoes(targets, pair)).toBe(greeting)
    })

    it.runIf('ours' in ends.relay)(
      'notices a frozen agent, and takes it back',
      { timeout: 60_000 },
      async () => {
        const from = pair.ourRelay?.now ?? 0
        pair.agent?.signal('SIGSTOP')
        await pair.ourRelay?.event(({ event, state }) => event === 'agent' && state === 'offline', {
          from,
          withinMs: 12_000,
        })
        pair.agent?.signal('SIGCONT')
        await pair.ourRelay?.event(({ event, state }) => event === 'agent' && state === 'online', {
          from,
          withinMs: 30_000,
        })
        expect(await echoes(targets, pair)).toBe(greeting)
      },
    )

    it.runIf('ours' in ends.agent)(
      'notices a frozen relay, and comes back',
      { timeout: 60_000 },
      async () => {
        const from = pair.ourAgent?.now ?? 0
        pair.relay?.signal('SIGSTOP')
        await pair.ourAgent?.event(({ event, state }) => event === 'state' && state === 'waiting', {
          from,
          withinMs: 12_000,
        })
        pair.relay?.signal('SIGCONT')
        await pair.ourAgent?.event(({ event, state }) => event === 'state' && state === 'online', {
          from,
          withinMs: 40_000,
        })
        expect(await echoes(targets, pair)).toBe(greeting)
      },
    )
  })
}

/** A stock relay can leave a visitor hanging that comes just before the agent. */
const attemptMs = 2000
const greeting = 'are you there?'

function port(pair: StockPair, name: string): number {
  const found = pair.ports[name]
  if (found === undefined) throw new Error(`no tunnel ${name}`)
  return found
}

/** Sends and takes back as much; the visitor ends only then, since a stock relay knows no half close. */
async function exchange(targets: Targets, to: number, bytes: Buffer, withinMs = 50_000): Promise<Buffer> {
  const visitor = await targets.visit(to)
  visitor.setTimeout(withinMs, () => visitor.destroy())
  const parts: Buffer[] = []
  let length = 0
  const whole = new Promise<void>((resolve, reject) => {
    visitor.on('data', (part) => {
      parts.push(part)
      length += part.length
      if (length >= bytes.length) resolve()
    })
    visitor.once('close', () => reject(new Error(`closed after ${length} of ${bytes.length} bytes`)))
  })
  visitor.write(bytes)
  await whole
  visitor.destroy()
  return Buffer.concat(parts)
}

/** Waits until a visitor gets its bytes back: the only sign of being online that every relay gives. */
async function echoes(targets: Targets, pair: StockPair): Promise<string> {
  const deadline = performance.now() + 40_000
  for (;;) {
    const bytes = Buffer.from(greeting)
    try {
      return String(await exchange(targets, port(pair, 'echo'), bytes, attemptMs))
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`no echo within 40 s\n${pair.story}`, { cause })
      // A relay whose agent is away turns visitors away at once: the next one comes a little later.
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
