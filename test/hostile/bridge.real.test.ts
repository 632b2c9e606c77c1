import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodePrefixed } from '../../relay-core/src/stock/messages/length-prefixed.ts'
import { encodeFrame, encodeHeader, frameType } from '../../relay-core/src/wire/frame.ts'
import { encodeHello, encodeWelcome } from '../../relay-core/src/wire/hello-messages.ts'
import { encodePing } from '../../relay-core/src/wire/link-messages.ts'
import { encodeOpened } from '../../relay-core/src/wire/stream-messages.ts'
import { dribble, flood, keptFor, open, openTls, times } from './strangers.ts'
import { unharmed, Victim } from './victim.ts'

/** Five seconds for whoever speaks no stock, ten for stock programs, and some for a busy machine. */
const nativeTimeoutMs = 5_000
const stockTimeoutMs = 10_000
const marginMs = 4_000

describe('strangers at the bridge', () => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start()
  })
  afterAll(() => victim.close())

  it('two thousand at once that say nothing', async () => {
    expect(
      await victim.after(async () => {
        const sockets = times(2_000, () => open(victim.bridgePort))
        const kept = await Promise.all(
          sockets.map((socket) => keptFor(socket, nativeTimeoutMs + marginMs + 5_000)),
        )
        // All but the places of one address are sent away at once, the others at their deadline: by far the last.
        const [sentAway = 0, last = 0] = [-129, -1].map((at) => kept.toSorted((a, b) => a - b).at(at))
        expect(last - sentAway).toBeGreaterThan(nativeTimeoutMs / 2)
      }),
    ).toEqual(unharmed)
  })

  it('from sixteen networks, silent, as many as there are places: an agent comes online all the same', async () => {
    const silent = new Set<Socket>()
    let isOver = false
    /** Whoever is sent away comes again, so that the house stays full for as long as the agent needs. */
    const crowd = (at: number) => {
      const socket = open(victim.bridgePort, { from: `127.7.${at % 16}.1` })
      silent.add(socket)
      socket.once('close', () => {
        silent.delete(socket)
        if (!isOver) setTimeout(() => isOver || crowd(at), 100)
      })
      return socket
    }
    const first = times(1_100, (at) => crowd(at))
    await Promise.all(first.slice(0, 1_024).map((socket) => once(socket, 'connect')))
    await victim.withBadAgent(() => victim.agentOnline())
    expect(silent.size).toBeGreaterThan(800)
    isOver = true
    for (const socket of silent) socket.destroy()
  })

  it('slow ones, byte by byte: TLS, a hello inside TLS, a stock greeting', async () => {
    const hello = encodeHello({
      role: 'control',
      version: 1,
      keyId: Buffer.alloc(16),
      proof: Buffer.alloc(32),
      agentVersion: 'x'.repeat(200),
      hostname: 'y'.repeat(200),
      fingerprint: '',
    })
    const greeting = Buffer.concat([
      Buffer.from('TST'),
      encodePrefixed('0.26.0'),
      encodePrefixed('v'.repeat(500)),
    ])
    expect(
      await victim.after(async () => {
        const raw = times(8, () => open(victim.bridgePort))
        const secured = await Promise.all(times(8, () => openTls(victim.bridgePort)))
        const stock = times(8, () => open(victim.bridgePort))
        for (const socket of raw)
          void dribble(socket, Buffer.from([0x16, 3, 1, 2, 0, 1, ...Buffer.alloc(500)]), 50)
        for (const socket of secured) void dribble(socket, Buffer.from(hello), 50)
        for (const socket of stock) void dribble(socket, greeting, 50)
        const native = await Promise.all(
          [...raw, ...secured].map((one) => keptFor(one, nativeTimeoutMs + marginMs)),
        )
        expect(Math.min(...native)).toBeGreaterThan(1_000)
        await Promise.all(stock.map((one) => keptFor(one, stockTimeoutMs + marginMs)))
      }),
    ).toEqual(unharmed)
  })

  it('endless and oversize ones', async () => {
    const endless = { totalBytes: 32 * 1024 * 1024, forMs: 3_000 }
    const oversize = [
      Buffer.concat([Buffer.from('TST'), Buffer.from([0xff, 0xff, 0xff, 0x7f])]),
      Buffer.concat([Buffer.from('TST'), Buffer.from([0xff, 0xff, 0xff, 0xff])]),
      Buffer.concat([Buffer.from('TST'), encodePrefixed('0.26.0'), Buffer.from([0, 0, 1, 0])]),
    ]
    const inside = [
      encodeHeader(frameType.hello, 0xffffff),
      encodeFrame(frameType.data, Buffer.alloc(9)),
      Buffer.from(`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`),
    ]
    expect(
      await victim.after(async () => {
        await Promise.all(
          oversize.map(async (words) => {
            const socket = open(victim.bridgePort)
            socket.write(words)
            await keptFor(socket, 3_000)
          }),
        )
        await Promise.all(
          inside.map(async (words) => {
            const socket = await openTls(victim.bridgePort)
            socket.write(words)
            await keptFor(socket, 3_000)
          }),
        )
        for (const first of ['x', 'TST', '\u0016', 'GET / HTTP/1.1\r\n']) {
          const socket = open(victim.bridgePort)
          socket.write(first)
          await flood(socket, Buffer.alloc(65_536, 'z'), endless)
          await keptFor(socket, nativeTimeoutMs + marginMs)
        }
      }),
    ).toEqual(unharmed)
  })

  it('ones in a wrong role or out of order', async () => {
    const carrier = {
      role: 'carrier',
      version: 1,
      sessionId: Buffer.alloc(16),
      proof: Buffer.alloc(32),
    } as const
    const words = [
      encodeOpened(1),
      encodePing(Buffer.alloc(8)),
      encodeWelcome({ ...carrier, carrierKey: Buffer.alloc(32), relayVersion: '1' }),
      Buffer.concat([encodeHello(carrier), encodeOpened(1), encodeFrame(frameType.data, Buffer.alloc(99))]),
      encodeHello({ ...carrier, version: 9 }),
    ]
    expect(
      await victim.after(async () => {
        await Promise.all(
          words.map(async (said) => {
            const socket = await openTls(victim.bridgePort)
            socket.write(said)
            await keptFor(socket, 4_000)
          }),
        )
      }),
    ).toEqual(unharmed)
  })
})
