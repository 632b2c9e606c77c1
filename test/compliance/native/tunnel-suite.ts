import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NativePair } from './native-pair.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'

/** What creating, changing, stopping and deleting a tunnel must do while the relay runs. */
export function tunnelSuite(runtime: string): void {
  describe('tunnels', () => {
    let pair: NativePair
    const targets = new Targets()

    /** A target that greets with its name, by which a visitor knows where it has come. */
    const greeter = (name: string) => targets.listen((socket) => socket.write(name))

    const greeting = async (port: number): Promise<string> => {
      const socket = await targets.visit(port)
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return bytes.toString()
    }

    beforeAll(async () => {
      pair = await NativePair.start(runtime)
    })
    afterAll(async () => {
      await targets.close()
      await pair.close()
    })

    it('refuses a port that is taken, with its code, and says so afterwards', async () => {
      const taken = await targets.echo()
      await expect(pair.open(1, 22, taken)).rejects.toThrow('port-taken')
      expect(await pair.relay.call('status', { id: 1 })).toMatchObject({
        state: 'failed',
        failure: { code: 'port-taken', params: { port: taken } },
      })
    })

    it('leaves a tunnel as it was when a change of its port is refused', async () => {
      const target = await greeter('one')
      const port = await pair.open(2, target)
      await expect(pair.open(2, target, await targets.echo())).rejects.toThrow('port-taken')
      expect(await pair.relay.call('status', { id: 2 })).toEqual({ state: 'listening' })
      expect(await greeting(port)).toBe('one')
    })

    it('sends new visitors to a new target, and ends those of the old one', async () => {
      const port = await pair.open(3, await greeter('old'))
      const visitor = await targets.visit(port)
      await once(visitor, 'data')
      const ended = ending(visitor)
      expect(await pair.open(3, await greeter('new'), port)).toBe(port)
      expect(await ended).toBe('ECONNRESET')
      expect(await greeting(port)).toBe('new')
    })

    it('R10: lists its connections, and ends them when it is stopped', async () => {
      const port = await pair.open(4, await targets.echo())
      const visitor = await targets.visit(port)
      visitor.write('12345')
      await once(visitor, 'data')
      const own = `127.0.0.1:${String(visitor.localPort)}`
      expect(await pair.relay.call('connections', { id: 4 })).toMatchObject([
        { tunnelId: 4, visitor: own, upBytes: 5, downBytes: 5 },
      ])
      const ended = ending(visitor)
      await pair.relay.call('close', { id: 4 })
      expect(await ended).toBe('ECONNRESET')
      expect(await pair.relay.call('status', { id: 4 })).toEqual({ state: 'stopped' })
      await expect(targets.visit(port)).rejects.toThrow('ECONNREFUSED')
      // Its port is free at once.
      expect(await pair.open(5, await greeter('next'), port)).toBe(port)
    })

    it('keeps the first words of a visitor until the target has been reached', async () => {
      const port = await pair.open(6, await targets.echo())
      const visitor = await targets.visit(port)
      visitor.write('first')
      const [bytes] = (await once(visitor, 'data')) as [Buffer]
      expect(bytes.toString()).toBe('first')
    })

    it.each([1, 65_536, 65_537, 1_000_000])(
      'carries %i bytes and the end that a visitor sends before the target is reached',
      async (length) => {
        const port = await pair.open(7, await targets.echo())
        const visitor = await targets.visit(port)
        const sent = randomBytes(length)
        visitor.end(sent)
        expect((await readAll(visitor)).equals(sent)).toBe(true)
      },
    )

    it('turns away visitors whose first words had gone ahead, and serves those that come once the target is there', async () => {
      const target = await targets.closedPort()
      const port = await pair.open(8, target)
      const words = 'x'.repeat(100_000)
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => targets.outcome(port, words)))
      expect(new Set(outcomes)).toEqual(new Set(['ECONNRESET']))
      await pair.open(8, await targets.echo(), port)
      const visitor = await targets.visit(port)
      visitor.end(words)
      expect((await readAll(visitor)).toString()).toBe(words)
    })
  })
}
