import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FramedSocket } from '../../relay-core/src/native/carriers/framed-socket.ts'
import { visitPrivately } from '../../relay-core/src/native/private-link.ts'
import { privateVerifier } from '../../relay-core/src/native/proofs.ts'
import { KeepingBudget } from '../../relay-core/src/native/survival/keeping-budget.ts'
import type { LinkPlace } from '../../relay-core/src/native/survival/link-place.ts'
import { SurvivingLink } from '../../relay-core/src/native/survival/surviving-link.ts'
import { greetRelay, openVisit } from '../../relay-core/src/native/visit-link.ts'
import { encodeFrame, frameType } from '../../relay-core/src/wire/frame.ts'
import { encodeBye } from '../../relay-core/src/wire/link-messages.ts'
import { encodeOpened } from '../../relay-core/src/wire/stream-messages.ts'
import {
  decodeResumed,
  decodeToken,
  encodeAck,
  type VisitSurvival,
} from '../../relay-core/src/wire/survival-messages.ts'
import { answerOpen, heard, HostileAgent } from './hostile-agent.ts'
import { keptFor, open, times } from './strangers.ts'
import { badVkey, unharmed, Victim } from './victim.ts'

const passwords = ['a-password-of-a-private-tunnel-1', 'a-password-of-a-private-tunnel-2'] as const
const mebibyte = 1024 * 1024
/** Says nothing of what it has received. */
const mute: LinkPlace<SurvivingLink> = {
  budget: new KeepingBudget(Infinity),
  acknowledgesInside: true,
  hearsPeerIn: {},
  room: Infinity,
  onReceived: () => undefined,
  onCut: () => undefined,
  onEnding: () => undefined,
  onGivenUp: () => undefined,
}
/** What one stream may keep, and all of one agent, or of one password. */
const [keptOfOne, keptTogether] = [4 * mebibyte, 64 * mebibyte]
const timeoutMs = 30_000

describe.each(['Node', 'Bun'] as const)(
  'who abuses that streams survive, before a relay on %s',
  (runtime) => {
    let victim: Victim

    beforeAll(async () => {
      victim = await Victim.start({ runtime })
      const [good] = await victim.api.clients.list({})
      const flood = await victim.targets.listen((socket) => {
        const chunk = Buffer.alloc(256 * 1024)
        const pour = () => {
          while (socket.write(chunk));
        }
        socket.on('drain', pour)
        pour()
      })
      for (const password of passwords)
        await victim.api.tunnels.add({
          clientId: good?.id ?? 0,
          mode: 'private',
          target: `127.0.0.1:${flood}`,
          settings: { password },
        })
    })
    afterAll(() => victim.close())

    const place = (password: string) => ({
      host: '127.0.0.1',
      port: victim.bridgePort,
      password,
      checkFingerprint: () => undefined,
      tickets: {},
    })
    const signal = () => AbortSignal.timeout(timeoutMs)

    /** What the relay answers to a visitor who says this of its survival: the types and bodies of its messages. */
    async function asked(password: string, survival: VisitSurvival | undefined, until: number) {
      const { framed } = await greetRelay(place(password), {
        survival: survival && (() => survival),
        signal: signal(),
      })
      const said: { type: number; body: Uint8Array }[] = []
      const answered = Promise.withResolvers<undefined>()
      framed.receiver = {
        onMessage: (type, body) => {
          said.push({ type, body: body.slice() })
          if (type === until) answered.resolve(undefined)
        },
        onData: () => undefined,
      }
      void framed.closed.then(() => answered.reject(new Error(`the relay said ${JSON.stringify(said)}`)))
      framed.start()
      await answered.promise
      return { framed, said }
    }

    const refused = async (password: string, survival: VisitSurvival) => {
      const { framed } = await asked(password, survival, frameType.refused)
      framed.destroy()
    }

    /** A visit of a silent visitor, and by what it comes back. */
    async function visit(password: string) {
      const { framed, said } = await asked(password, { asks: 'survive' }, frameType.opened)
      const token = said.find(({ type }) => type === frameType.token)?.body
      return { framed, token: decodeToken(token ?? new Uint8Array()) }
    }

    it('ends no visit but its own by a farewell, whatever that says', async () => {
      const [own, other] = passwords
      const words = [
        encodeBye({ reason: 'shutdown' }),
        encodeBye({ reason: 'x'.repeat(255), by: 'y'.repeat(255) }),
        // No text, and one that is longer than its frame.
        encodeFrame(frameType.bye, new Uint8Array()),
        encodeFrame(frameType.bye, Buffer.from([200, 0x78])),
        Buffer.concat([encodeBye({ reason: '' }), encodeBye({ reason: '' }), encodeOpened(1)]),
      ]
      expect(
        await victim.after(async () => {
          const [second, foreign] = [await visit(own), await visit(other)]
          for (const farewell of words) {
            const { framed, token } = await visit(own)
            framed.send(farewell)
            await framed.closed
            await refused(own, { asks: 'resume', token, position: 0 })
          }
          for (const [password, { framed, token }] of [
            [own, second],
            [other, foreign],
          ] as const) {
            const resumed = await asked(password, { asks: 'resume', token, position: 0 }, frameType.resumed)
            await framed.closed
            resumed.framed.send(encodeBye({ reason: 'stopped' }))
            await resumed.framed.closed
          }
        }),
      ).toEqual(unharmed)
    })

    it('has nobody wait who is of an older version: its streams end with their connections', async () => {
      const port = await victim.badTunnel()
      const instance = Buffer.alloc(16, 'o')
      const agent = await HostileAgent.start(victim.bridgePort, badVkey, { instance, takesEarlyData: true })
      try {
        const carrier = await agent.carrier()
        const visitor = open(port)
        await answerOpen(carrier, encodeFrame(frameType.data, Buffer.from('here')))
        await heard(visitor, 'here')
        const ended = keptFor(visitor, timeoutMs)
        carrier.destroy()
        expect(await ended).toBeLessThan(10_000)
      } finally {
        agent.close()
      }
      const { framed, said } = await asked(passwords[0], undefined, frameType.opened)
      expect(said.map(({ type }) => type)).toEqual([frameType.opened])
      const connections = async () =>
        (await victim.api.tunnels.list({})).reduce((sum, tunnel) => sum + tunnel.connections, 0)
      const before = await connections()
      framed.destroy()
      await expect.poll(connections, { timeout: 10_000 }).toBeLessThan(before)
    })

    it('finds no visit but its own, and ends that by what it acknowledges and was never sent', async () => {
      const [own, other] = passwords
      expect(
        await victim.after(async () => {
          const { framed, token } = await visit(own)
          await refused(own, { asks: 'resume', token: Buffer.alloc(16, 't'), position: 0 })
          await refused(other, { asks: 'resume', token, position: 0 })
          await refused('a password of no tunnel at all', { asks: 'resume', token, position: 0 })
          await refused(own, { asks: 'resume', token, position: 1_000_000 })
          const { framed: dropping } = await greetRelay(place(other), {
            survival: () => ({ asks: 'drop', token }),
            signal: signal(),
          })
          dropping.start()
          await dropping.closed
          // It is still there, and a true claim moves it.
          const moved = await asked(own, { asks: 'resume', token, position: 0 }, frameType.resumed)
          expect(decodeResumed(moved.said[0]?.body ?? new Uint8Array())).toBe(0)
          await framed.closed
          moved.framed.send(encodeAck([{ carrier: 0, position: 1_000_000 }]))
          await moved.framed.closed
          await refused(own, { asks: 'resume', token, position: 0 })
        }),
      ).toEqual(unharmed)
    })

    it(
      'makes the relay keep no more than is said when a visitor acknowledges nothing',
      { timeout: 60_000 },
      async () => {
        const [password] = passwords
        const tokens: Uint8Array[] = []
        const links: SurvivingLink[] = []
        const visits = keptTogether / keptOfOne + 1
        expect(
          await victim.after(
            async () => {
              let arrived = 0
              const enough = Promise.withResolvers<undefined>()
              const streams: Duplex[] = []
              for (let number = 1; number <= visits; number += 1) {
                const survive = (framed: FramedSocket, token: Uint8Array) => {
                  tokens.push(token)
                  return (isNeeded: () => boolean) => {
                    const link = new SurvivingLink(framed, { number, place: mute, isNeeded })
                    links.push(link)
                    return link
                  }
                }
                const { stream } = await openVisit({ ...place(password), survive, signal: signal() })
                const proving = { verifier: privateVerifier(password), checkFingerprint: () => undefined }
                const { inside } = await visitPrivately(stream, { ...proving, signal: signal() })
                streams.push(
                  stream.on('error', () => undefined),
                  inside.on('error', () => undefined),
                )
                inside.on('data', (bytes: Buffer) => {
                  arrived += bytes.length
                  // Each has what the relay keeps of it, or has been let go on.
                  if (arrived > visits * (keptOfOne - mebibyte)) enough.resolve(undefined)
                })
              }
              await enough.promise
              for (const stream of streams) stream.destroy()
              for (const link of links) link.destroy()
              for (const token of tokens) {
                const { framed } = await greetRelay(place(password), {
                  survival: () => ({ asks: 'drop', token }),
                  signal: signal(),
                })
                framed.start()
                await framed.closed
              }
            },
            { maxGrowthBytes: keptTogether + 128 * mebibyte },
          ),
        ).toEqual(unharmed)
      },
    )

    it(
      'makes the relay keep no more than is said when an agent acknowledges nothing',
      { timeout: 60_000 },
      async () => {
        const port = await victim.badTunnel()
        const said = { instance: Buffer.alloc(16, 'n'), takesEarlyData: true, survives: true }
        const carriers = keptTogether / keptOfOne + 1
        expect(
          await victim.after(
            async () => {
              const agent = await HostileAgent.start(victim.bridgePort, badVkey, said)
              try {
                let arrived = 0
                const enough = Promise.withResolvers<undefined>()
                const visitors = await Promise.all(
                  times(carriers, async (at) => {
                    const carrier = await agent.carrier({ number: at + 1, resumes: false, position: 0 })
                    const visitor = open(port)
                    await answerOpen(carrier, new Uint8Array())
                    carrier.on('data', (bytes: Buffer) => {
                      arrived += bytes.length
                      if (arrived > carriers * (keptOfOne - mebibyte)) enough.resolve(undefined)
                    })
                    visitor.write(Buffer.alloc(2 * keptOfOne))
                    return visitor
                  }),
                )
                await enough.promise
                for (const visitor of visitors) visitor.destroy()
              } finally {
                agent.close()
              }
            },
            { maxGrowthBytes: keptTogether + 128 * mebibyte },
          ),
        ).toEqual(unharmed)
      },
    )
  },
)
