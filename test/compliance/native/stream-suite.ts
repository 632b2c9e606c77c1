import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StreamPair } from './suite-pair.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'

const MiB = 1024 * 1024

/** What bytes, ends and resets must do on their way through a relay and an agent. */
export function streamSuite(start: () => Promise<StreamPair>): void {
  describe('streams', () => {
    let pair: StreamPair
    const targets = new Targets()

    beforeAll(async () => {
      pair = await start()
    })
    afterAll(async () => {
      await targets.close()
      await pair.close()
    })

    it('carries 30 MB there and back unchanged, and counts them to the byte', async () => {
      const port = await pair.open(1, await targets.echo())
      const sent = Buffer.alloc(30_000_000, 'the quick brown fox ')
      const socket = await targets.visit(port)
      socket.end(sent)
      const received = await readAll(socket)
      expect(received.equals(sent)).toBe(true)
      expect(await pair.counters(1)).toEqual({
        downBytes: sent.length,
        upBytes: sent.length,
        connections: 0,
      })
    })

    it('carries 200 streams at once', async () => {
      const port = await pair.open(2, await targets.echo())
      const sent = Array.from({ length: 200 }, (_, at) => Buffer.alloc(100_000, `stream ${at} `))
      const received = await Promise.all(
        sent.map(async (bytes) => {
          const socket = await targets.visit(port)
          socket.end(bytes)
          return readAll(socket)
        }),
      )
      expect(received.every((bytes, at) => bytes.equals(sent[at] ?? Buffer.alloc(0)))).toBe(true)
    })

    it('lets a visitor end its half and still receive the answer', async () => {
      const target = await targets.listen((socket) => {
        void readAll(socket).then((request) => socket.end(`answer to ${request.toString()}`))
      })
      const socket = await targets.visit(await pair.open(3, target))
      socket.end('GET / HTTP/1.0\r\n\r\n')
      expect((await readAll(socket)).toString()).toBe('answer to GET / HTTP/1.0\r\n\r\n')
    })

    it('lets a target end its half and still receive the rest', async () => {
      let request: Promise<Buffer> | undefined
      const target = await targets.listen((socket) => {
        request = readAll(socket)
        socket.end('HTTP/1.0 100 go on\r\n\r\n')
      })
      const socket = await targets.visit(await pair.open(4, target))
      expect((await readAll(socket)).toString()).toBe('HTTP/1.0 100 go on\r\n\r\n')
      socket.end('the body, after the answer')
      await once(socket, 'close')
      expect((await request)?.toString()).toBe('the body, after the answer')
    })

    it("passes a target's reset on to the visitor", async () => {
      const target = await targets.listen((socket) => {
        socket.once('data', () => socket.resetAndDestroy())
      })
      const socket = await targets.visit(await pair.open(5, target))
      socket.write('hello')
      expect(await ending(socket)).toBe('ECONNRESET')
    })

    it("passes a visitor's reset on to the target", async () => {
      const accepted = new Promise<Socket>(
        (resolve) => void targets.listen(resolve).then((port) => opened(port)),
      )
      let opened: (target: number) => void = () => undefined
      const target = new Promise<number>((resolve) => {
        opened = resolve
      })
      const visitor = await targets.visit(await pair.open(6, await target))
      visitor.write('hello')
      const socket = await accepted
      await once(socket, 'data')
      const end = ending(socket)
      visitor.resetAndDestroy()
      expect(await end).toBe('ECONNRESET')
    })

    it('resets a visitor whose target refuses, and says why', async () => {
      const port = await pair.open(7, await targets.closedPort())
      const startedAt = performance.now()
      expect(await targets.outcome(port)).toBe('ECONNRESET')
      expect(performance.now() - startedAt).toBeLessThan(1_000)
      const { hops } = await pair.probe(7)
      expect(hops.map(({ hop, state, failure }) => [hop, state, failure?.code ?? null])).toEqual([
        ['port', 'ok', null],
        ['agent', 'ok', null],
        ['target', 'failed', 'target-refused'],
      ])
    })

    it('resets a visitor whose target is a name that nobody knows', async () => {
      const port = await pair.open(8, 'no-such-machine.invalid:80')
      expect(await targets.outcome(port)).toBe('ECONNRESET')
      const { hops } = await pair.probe(8)
      expect(hops[2]?.failure?.code).toBe('target-unknown-host')
    })

    it(
      'stops the sender while a reader rests, and keeps no more than a few MiB meanwhile',
      { timeout: 120_000 },
      async () => {
        const total = 1024 * MiB
        // What shrinks would lie there packed, and be more.
        const chunk = randomBytes(256 * 1024)
        let accepted = 0
        const target = await targets.listen((socket) => {
          const fill = () => {
            while (accepted < total) {
              accepted += chunk.length
              if (!socket.write(chunk)) return
            }
            socket.end()
          }
          socket.on('drain', fill)
          fill()
        })
        const port = await pair.open(9, target)
        const relayBefore = pair.relay.residentBytes
        const agentBefore = pair.agent.residentBytes
        const reader = await targets.visit(port)
        reader.pause()
        // The rest that the promise is about: time passes, nothing is awaited.
        await new Promise((resolve) => setTimeout(resolve, 30_000))
        const acceptedAtRest = accepted
        expect(pair.relay.residentBytes - relayBefore).toBeLessThan(16 * MiB)
        expect(pair.agent.residentBytes - agentBefore).toBeLessThan(16 * MiB)
        // What left the target lies in the buffers of four sockets of the system and in ours.
        expect(acceptedAtRest).toBeLessThan(64 * MiB)
        let received = 0
        reader.on('data', (bytes) => {
          received += bytes.length
        })
        reader.resume()
        await once(reader, 'end')
        expect(received).toBe(total)
      },
    )

    it('serves short connections one after the other without leaving descriptors behind', async () => {
      const port = await pair.open(10, await targets.echo())
      const one = async () => {
        const socket = await targets.visit(port)
        socket.end('x')
        await once(socket.resume(), 'close')
      }
      const many = async (count: number) => {
        for (let left = count; left > 0; left -= 20) await Promise.all(Array.from({ length: 20 }, one))
      }
      await many(200)
      const relayBefore = pair.relay.openDescriptors
      const agentBefore = pair.agent.openDescriptors
      await many(2_000)
      // A connection in its last moment may still be there; a leak would be two thousand.
      expect(pair.relay.openDescriptors).toBeLessThan(relayBefore + 40)
      expect(pair.agent.openDescriptors).toBeLessThan(agentBefore + 40)
    })
  })
}
