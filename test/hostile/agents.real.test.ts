import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  encodeBare,
  encodeData,
  encodePing as encodeMuxPing,
  encodeWindow,
  muxFlag,
} from '../../relay-core/src/stock/mux/mux-frames.ts'
import { encodeConfig, maxPartLength } from '../../relay-core/src/wire/agent-messages.ts'
import { encodeFrame, frameType } from '../../relay-core/src/wire/frame.ts'
import { encodePing } from '../../relay-core/src/wire/link-messages.ts'
import { encodeEnd, encodeOpened, encodeReset } from '../../relay-core/src/wire/stream-messages.ts'
import { decodeResumed, encodeAck } from '../../relay-core/src/wire/survival-messages.ts'
import {
  answerOpen,
  heard,
  HostileAgent,
  nextMessage,
  stockConnection,
  stockConnections,
} from './hostile-agent.ts'
import { flood, keptFor, open, times } from './strangers.ts'
import { badVkey, unharmed, Victim } from './victim.ts'

const data = (length: number) => encodeFrame(frameType.data, Buffer.alloc(length, 'd'))
const endless = { totalBytes: 256 * 1024 * 1024, forMs: 2_000 }
/** The relay says no, and ends the connection. */
async function refused(carrier: TLSSocket): Promise<void> {
  const ended = once(carrier, 'close')
  expect((await nextMessage(carrier)).type).toBe(frameType.refused)
  await ended
}

/** A mux head that says an empty part of a message of stream 1. */
const emptyPart = Buffer.from([muxFlag.dataPart, 1, 0, 0, 0, 0, 0])

describe.each(['Node', 'Bun'] as const)('a hostile agent before a relay on %s', (runtime) => {
  let victim: Victim
  let port = 0

  beforeAll(async () => {
    victim = await Victim.start({ runtime })
    port = await victim.badTunnel()
  })
  afterAll(() => victim.close())

  /** Runs it with a session of its own, which is gone afterwards. */
  const withAgent = (work: (agent: HostileAgent) => Promise<void>) => async () => {
    const agent = await HostileAgent.start(victim.bridgePort, badVkey)
    try {
      await work(agent)
    } finally {
      agent.close()
    }
  }

  it('native: names of refused sections that come to more than the answer has room for', async () => {
    // U+FFFD takes three bytes in the answer for each of these.
    const name = Buffer.alloc(4_000, 0xff)
    const section = Buffer.concat([
      Buffer.from('{"mode":"tcp","ports":"1","remark":"'),
      name,
      Buffer.from('"}'),
    ])
    const sections = times(12, (at) => Buffer.concat([Buffer.from(at === 0 ? '' : ','), section]))
    const document = Buffer.concat([Buffer.from('{"tunnels":['), ...sections, Buffer.from(']}')])
    expect(
      await victim.after(
        withAgent(async ({ control }) => {
          for (let at = 0; at < document.length; at += maxPartLength) {
            const part = document.subarray(at, at + maxPartLength)
            control.write(encodeConfig({ more: at + maxPartLength < document.length, part }))
          }
          await keptFor(control, 10_000)
        }),
      ),
    ).toEqual(unharmed)
  })

  it('native: answers and resets in one piece, ends, floods and lies within one', async () => {
    const said = [
      encodeReset(1),
      Buffer.concat([data(5), encodeReset(1)]),
      Buffer.concat([encodeEnd(), encodeReset(1)]),
      Buffer.concat([encodeEnd(), data(5)]),
      Buffer.concat([data(5), encodeOpened(1)]),
      Buffer.from([0xff, 0xff, 0xff, 0xff]),
      Buffer.concat(times(3, () => encodeReset(1))),
    ]
    expect(
      await victim.after(
        withAgent(async (agent) => {
          for (const words of said) {
            const carrier = await agent.carrier()
            const visitor = open(port)
            await Promise.race([answerOpen(carrier, words), once(visitor, 'close')])
            visitor.destroy()
            carrier.destroy()
          }
        }),
      ),
    ).toEqual(unharmed)
  })

  it(
    'native: does not read, does not answer, says what only a relay may say',
    { timeout: 40_000 },
    async () => {
      expect(
        await victim.after(
          withAgent(async (agent) => {
            agent.control.pause()
            await flood(
              agent.control,
              Buffer.concat(times(5_000, () => encodePing(Buffer.alloc(8)))),
              endless,
            )
            await keptFor(agent.control, 12_000)
          }),
        ),
      ).toEqual(unharmed)
      for (const words of [encodeOpened(1), data(9), encodeFrame(0x7f, Buffer.alloc(4096))]) {
        const agent = await HostileAgent.start(victim.bridgePort, badVkey)
        agent.control.write(words)
        await keptFor(agent.control, 5_000)
      }
    },
  )

  it('native: endless bytes to a visitor that does not read', { timeout: 40_000 }, async () => {
    expect(
      await victim.after(
        withAgent(async (agent) => {
          const carrier = await agent.carrier()
          const visitor = open(port).pause()
          await answerOpen(carrier, data(10))
          const written = await flood(carrier, Buffer.from(data(1_000_000)), endless)
          // What the buffers of two sockets take; the rest is refused by not being read.
          expect(written).toBeLessThan(64 * 1024 * 1024)
          visitor.destroy()
        }),
      ),
    ).toEqual(unharmed)
  })

  it('native: resumes what is not its own, lies about what it has, and acknowledges what was not said', async () => {
    const instance = Buffer.alloc(16, 's')
    const words = { instance, takesEarlyData: true, survives: true }
    expect(
      await victim.after(async () => {
        const agent = await HostileAgent.start(victim.bridgePort, badVkey, words)
        try {
          // The honest agent's carriers have numbers from 1 on, too.
          for (let number = 1; number < 4; number += 1)
            await refused(await agent.carrier({ number, resumes: true, position: 0 }))
          const carrier = await agent.carrier({ number: 1, resumes: false, position: 0 })
          const visitor = open(port)
          await answerOpen(carrier, data(5))
          await heard(visitor, 'ddddd')
          await refused(await agent.carrier({ number: 1, resumes: false, position: 0 }))
          await refused(await agent.carrier({ number: 1, resumes: true, position: 1_000_000 }))
          // The stream is still where it was, and a true claim moves it.
          const moved = await agent.carrier({ number: 1, resumes: true, position: 1 })
          const { type, body } = await nextMessage(moved)
          expect([type, decodeResumed(body)]).toEqual([frameType.resumed, 6])
          moved.write(Buffer.from(encodeFrame(frameType.data, Buffer.from('moved'))))
          await heard(visitor, 'moved')
          const gone = keptFor(agent.control, 5_000)
          agent.control.write(encodeAck([{ carrier: 1, position: 1_000_000 }]))
          await gone
          visitor.destroy()
          moved.destroy()
        } finally {
          agent.close()
        }
      }),
    ).toEqual(unharmed)
  })

  it('native: sends and resets before its answer, and swallows early data without answering', async () => {
    const said = [data(5), encodeEnd(), encodeReset(1), encodeOpened(2)]
    const earlyAgent = { instance: Buffer.alloc(16, 'e'), takesEarlyData: true }
    expect(
      await victim.after(async () => {
        const agent = await HostileAgent.start(victim.bridgePort, badVkey, earlyAgent)
        try {
          for (const words of said) {
            const carrier = await agent.carrier()
            const visitor = open(port)
            visitor.write('early')
            await heard(carrier, 'early')
            carrier.write(words)
            // The connection to the agent is ended at once, and the visitor's with it.
            await Promise.all([keptFor(carrier, 10_000), keptFor(visitor, 10_000)])
          }
          const carrier = await agent.carrier()
          const visitor = open(port)
          let arrived = 0
          carrier.on('data', (bytes: Buffer) => (arrived += bytes.length))
          await flood(visitor, Buffer.alloc(64 * 1024), { totalBytes: 64 * 1024 * 1024, forMs: 2_000 })
          // 64 KiB of bytes, and frames around them.
          expect(arrived).toBeGreaterThan(64 * 1024)
          expect(arrived).toBeLessThan(66 * 1024)
          visitor.destroy()
          carrier.destroy()
        } finally {
          agent.close()
        }
      }),
    ).toEqual(unharmed)
  })

  it(
    'native: hundreds of connections that nobody asked for, and a new session every moment',
    { timeout: 60_000 },
    async () => {
      expect(
        await victim.after(
          withAgent(async (agent) => {
            const unasked = async () => (await agent.carrier()).resume()
            for (let left = 300; left > 0; left -= 30) await Promise.all(times(30, unasked))
          }),
          { maxGrowthBytes: 160 * 1024 * 1024 },
        ),
      ).toEqual(unharmed)
      expect(
        await victim.after(async () => {
          for (let left = 60; left > 0; left--) {
            const agent = await HostileAgent.start(victim.bridgePort, badVkey)
            if (left % 2 === 0) agent.close()
          }
        }),
      ).toEqual(unharmed)
    },
  )

  it(
    'stock: endless empty parts, endless messages, pings that it does not read answered, windows without end',
    { timeout: 60_000 },
    async () => {
      const begin = encodeBare(muxFlag.opened, 1)
      const floods = [
        Buffer.concat(times(9_000, () => emptyPart)),
        Buffer.concat(times(9_000, () => encodeData(muxFlag.dataPart, 1, Buffer.of(1)))),
        Buffer.concat(times(400, () => encodeMuxPing(muxFlag.ping, Buffer.alloc(4_000)))),
        Buffer.concat(times(5_000, (at) => encodeWindow(1, 0, at * 1_000))),
        Buffer.concat(times(9_000, (at) => encodeBare(muxFlag.close, at))),
        Buffer.concat(times(9_000, (at) => encodeBare(muxFlag.open, at))),
      ]
      expect(
        await victim.after(
          async () => {
            for (const [at, words] of floods.entries()) {
              const { main, chan } = await stockConnections(victim.bridgePort, badVkey)
              await victim.agentOnline()
              const visitor = open(port).pause()
              chan.write(begin)
              if (at === 2) chan.pause()
              await flood(chan, words, { ...endless, forMs: 1_500 })
              for (const socket of [main, chan, visitor]) socket.destroy()
            }
          },
          { maxGrowthBytes: 160 * 1024 * 1024 },
        ),
      ).toEqual(unharmed)
    },
  )

  it('stock: a main that says nonsense, and one that brings no chan', async () => {
    expect(
      await victim.after(async () => {
        for (const words of ['x'.repeat(200), '\u00ff\u00ff\u00ff\u00ff', '\u0001\u0000\u0001\u0000']) {
          const { main, chan } = await stockConnections(victim.bridgePort, badVkey)
          main.write(Buffer.from(words, 'latin1'))
          await Promise.all([keptFor(main, 5_000), keptFor(chan, 5_000)])
        }
        const halves = await Promise.all(times(20, () => stockConnection(victim.bridgePort, badVkey, 'main')))
        // Each takes the place of the one before; the last to arrive, whichever it is, waits fifteen seconds for its other half.
        const ends = await Promise.allSettled(halves.map((socket) => keptFor(socket, 3_000)))
        const kept = ends.filter(({ status }) => status === 'rejected')
        expect(kept).toHaveLength(1)
      }),
    ).toEqual(unharmed)
  })
})
