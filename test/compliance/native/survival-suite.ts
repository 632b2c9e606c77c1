import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyThroughCuts, pour, says, saysThroughCuts } from '../../harness/cut-streams.ts'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { NativePair } from './native-pair.ts'

const copiedBytes = 48 * 1024 * 1024

/** What a stream under way does when the connections beneath it are cut between agent and relay. */
export function survivalSuite(runtime: string): void {
  describe('a stream under way', () => {
    let pair: NativePair
    let way: CuttableWay
    let targets: Targets

    beforeEach(async () => {
      targets = new Targets()
      pair = await NativePair.start(runtime, async (port) => {
        way = await CuttableWay.open({ host: '127.0.0.1', port })
        return way.port
      })
    })
    afterEach(async () => {
      await targets.close()
      await pair.close()
      await way[Symbol.asyncDispose]()
    })

    /** The line is gone without a sign until both programs have noticed, and then it is back. */
    const darkness = async () => {
      const from = pair.relay.now
      const seen = (state: string) => pair.relay.event((event) => event['state'] === state, { from })
      way.goDark(true)
      await seen('offline')
      await delay(1_000)
      way.goDark(false)
      await seen('online')
    }

    it.each(['end', 'reset'] as const)('goes on after each %s of its connection', async (how) => {
      const visitor = await targets.visit(await pair.open(1, await targets.echo()))
      await saysThroughCuts(visitor, way, how)
      visitor.end()
      expect(await readAll(visitor)).toHaveLength(0)
    })

    it('is copied whole both ways at once through cuts of every kind', { timeout: 60_000 }, async () => {
      const visitor = await targets.visit(await pair.open(1, await targets.echo()))
      const copy = await copyThroughCuts(visitor, way, { bytes: copiedBytes, everyBytes: 8 * 1024 * 1024 })
      expect(way.cuts).toBeGreaterThan(3)
      expect(copy.receivedBytes).toBe(copiedBytes)
      expect(copy.receivedSum).toBe(copy.sentSum)
    })

    it(
      'goes on over a new connection when the line vanishes and comes back',
      { timeout: 60_000 },
      async () => {
        const port = await pair.open(1, await targets.echo())
        // Says as much as anybody takes, to the agent when the line is gone.
        const flood = await targets.visit(await pair.open(2, await targets.listen(pour)))
        await once(flood, 'data')
        flood.resume()
        const [resting, typing] = [await targets.visit(port), await targets.visit(port)]
        await says(resting, 'before')
        await says(typing, 'before')
        const memory = () => pair.relay.residentBytes + pair.agent.residentBytes
        const before = memory()
        const dark = darkness()
        typing.write('typed into the dark')
        let heard = ''
        typing.on('data', (bytes) => (heard += bytes.toString()))
        await dark
        // Each end keeps at most 4 MiB of a stream; the rest is what such a copy takes anyway.
        expect(memory() - before).toBeLessThan(128 * 1024 * 1024)
        flood.destroy()
        await expect.poll(() => heard, { timeout: 10_000 }).toBe('typed into the dark')
        await says(resting, 'after')
        // Its end passes, too.
        resting.end()
        expect(await readAll(resting)).toHaveLength(0)
      },
    )

    it.each([
      ['the agent', async () => pair.agent.signal('SIGTERM')],
      ['the relay', async () => pair.relay.call('stop', {})],
    ])(
      'is over at once at both of its ends when %s stops, though it began in an earlier session',
      { timeout: 15_000 },
      async (_, stop) => {
        let atTarget: Promise<unknown> | undefined
        const port = await pair.open(
          1,
          await targets.listen((socket) => {
            atTarget = ending(socket)
            socket.pipe(socket)
          }),
        )
        const visitor = await targets.visit(port)
        await says(visitor, 'before')
        const from = pair.relay.now
        way.cut('reset')
        await pair.relay.event((event) => event['state'] === 'online', { from })
        await says(visitor, 'in the next session')
        const ended = ending(visitor)
        const stopped = stop()
        expect(await ended).toBe('ECONNRESET')
        await atTarget
        await stopped
      },
    )

    it(
      'is waited for where its connections were reset, and for seconds only where its agent was killed',
      { timeout: 30_000 },
      async () => {
        const killed = await NativePair.start(runtime)
        const port = await targets.echo()
        const lost = await targets.visit(await killed.open(1, port))
        const cut = await targets.visit(await pair.open(1, port))
        await says(lost, 'before')
        await says(cut, 'before')
        // As a firewall does that has forgotten them, and lets nobody through for a while.
        way.goDark(true)
        way.cut('reset')
        const ended = ending(lost)
        const killedAt = performance.now()
        await killed.agent.kill()
        expect(await ended).toBe('ECONNRESET')
        expect(performance.now() - killedAt).toBeLessThan(10_000)
        way.goDark(false)
        await says(cut, 'after')
        await killed.close()
      },
    )

    it('ends with its connection where the relay is not set so', async () => {
      const other = await NativePair.start(
        runtime,
        async (port) => {
          await way[Symbol.asyncDispose]()
          way = await CuttableWay.open({ host: '127.0.0.1', port })
          return way.port
        },
        ['without-survival'],
      )
      const visitor = await targets.visit(await other.open(1, await targets.echo()))
      await says(visitor, 'before')
      const ended = ending(visitor)
      way.cut('reset')
      expect(await ended).toBe('ECONNRESET')
      await other.close()
    })

    it('is reset at once by its target, cut or not', async () => {
      let target: Socket | undefined
      const port = await pair.open(
        1,
        await targets.listen((socket) => {
          target = socket
          socket.write('hello')
        }),
      )
      const visitor = await targets.visit(port)
      await once(visitor, 'data')
      const ended = ending(visitor)
      way.cut('reset')
      target?.resetAndDestroy()
      expect(await ended).toBe('ECONNRESET')
    })
  })
}
