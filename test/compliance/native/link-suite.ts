import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NativePair } from './native-pair.ts'
import { ending, Targets } from '../../harness/peers/loopback-targets.ts'

/** Nine seconds of silence are enough to be given up; the rest is for a busy computer. */
const noticedTimeoutMs = 12_000

/** What becomes of the link when an end is restarted, killed, frozen, replaced, or not who it should be. */
export function linkSuite(runtime: string): void {
  describe('link', () => {
    let pair: NativePair
    let targets: Targets

    beforeEach(async () => {
      targets = new Targets()
      pair = await NativePair.start(runtime)
    })
    afterEach(async () => {
      await targets.close()
      await pair.close()
    })

    const echoes = async (port: number): Promise<boolean> => {
      const socket = await targets.visit(port)
      socket.write('ping')
      const answer = await Promise.race([once(socket, 'data'), ending(socket)])
      socket.destroy()
      return Array.isArray(answer) && String(answer[0]) === 'ping'
    }

    it('keeps the port open while a killed agent is away, fails new visitors at once, and earlier ones when it is back', async () => {
      const port = await pair.open(1, await targets.echo())
      const visitor = await targets.visit(port)
      visitor.write('x')
      await once(visitor, 'data')
      const ended = ending(visitor)
      const from = pair.relay.now
      await pair.agent.kill()
      await pair.relay.event(({ event, state }) => event === 'agent' && state === 'offline', { from })
      const startedAt = performance.now()
      expect(await targets.outcome(port)).toBe('ECONNRESET')
      // A visitor who had to wait for the agent would wait for five seconds.
      expect(performance.now() - startedAt).toBeLessThan(3_000)
      pair.restartAgent()
      await pair.relay.event(({ event, state }) => event === 'agent' && state === 'online', { from })
      expect(await ended).toBe('ECONNRESET')
      expect(await echoes(port)).toBe(true)
    })

    it('R1: finds a restarted relay within five seconds', async () => {
      const target = await targets.echo()
      const from = pair.agent.now
      await pair.relay.kill()
      await pair.agent.event(({ event, state }) => event === 'state' && state === 'waiting', { from })
      await pair.restartRelay()
      const restartedAt = performance.now()
      await pair.relay.event(({ event, state }) => event === 'agent' && state === 'online')
      expect(performance.now() - restartedAt).toBeLessThan(5_000)
      expect(await echoes(await pair.open(1, target))).toBe(true)
    })

    it('notices a frozen agent within ten seconds', async () => {
      const from = pair.relay.now
      const frozenAt = performance.now()
      pair.agent.signal('SIGSTOP')
      await pair.relay.event(({ event, state }) => event === 'agent' && state === 'offline', { from })
      expect(performance.now() - frozenAt).toBeLessThan(noticedTimeoutMs)
      pair.agent.signal('SIGCONT')
      await pair.relay.event(({ event, state }) => event === 'agent' && state === 'online', { from })
    })

    it('notices a frozen relay within ten seconds', async () => {
      const from = pair.agent.now
      const frozenAt = performance.now()
      pair.relay.signal('SIGSTOP')
      const lost = await pair.agent.event(({ event, state }) => event === 'state' && state === 'waiting', {
        from,
      })
      expect(performance.now() - frozenAt).toBeLessThan(noticedTimeoutMs)
      expect(lost).toMatchObject({ reason: { code: 'agent-silent' } })
      pair.relay.signal('SIGCONT')
      await pair.agent.event(({ event, state }) => event === 'state' && state === 'online', {
        from,
        timeoutMs: 25_000,
      })
    })

    it('lets the newer of two agents with one key win, and tells the older', async () => {
      const newer = pair.anotherAgent()
      await newer.event(({ event, state }) => event === 'state' && state === 'online')
      const displaced = await pair.agent.event(({ event, state }) => event === 'state' && state === 'waiting')
      expect(displaced).toMatchObject({ reason: { code: 'agent-replaced' } })
      expect(JSON.stringify(displaced)).toContain(`from 127.0.0.1 (${hostname()})`)
      expect(await echoes(await pair.open(1, await targets.echo()))).toBe(true)
    })

    it('goes on trying where the name of the relay is not known yet, as at boot without a network', async () => {
      const agent = pair.anotherAgent(undefined, undefined, 'no-such-relay.invalid:8024')
      const tries = ({ event, state, attempt }: Record<string, unknown>) =>
        event === 'state' && state === 'waiting' && attempt === 2
      expect(await agent.event(tries)).toMatchObject({ reason: { code: 'relay-unreachable' } })
    })

    it('answers a wrong key, late, and lets it in no further', async () => {
      const startedAt = performance.now()
      const stranger = pair.anotherAgent('a-key-that-nobody-has-told-us-of')
      const refused = await stranger.event(({ event, state }) => event === 'state' && state === 'waiting')
      expect(refused).toMatchObject({ reason: { code: 'wrong-key' } })
      expect(performance.now() - startedAt).toBeGreaterThan(1_000)
      // It comes by another pipe than what the agent says.
      await expect.poll(() => pair.relay.log).toMatch(/warn\s+agent refused .*code=wrong-key/)
      expect(pair.relay.log).not.toContain('a-key-that')
    })

    it('S5: does not speak to a relay that proves another key than the one given', async () => {
      const other = `sha256:${Buffer.alloc(32, 7).toString('base64url')}`
      const agent = pair.anotherAgent(undefined, other)
      const failed = await agent.event(({ event, state }) => event === 'state' && state === 'failed')
      expect(failed).toMatchObject({ reason: { code: 'fingerprint-changed' } })
      expect(JSON.stringify(failed)).toContain(other)
      expect(JSON.stringify(failed)).toContain(pair.fingerprint)
    })

    it('does not speak to a relay whose key has changed since it was first seen', async () => {
      const from = pair.agent.now
      await pair.relay.kill()
      await pair.forgetIdentity()
      await pair.restartRelay()
      const failed = await pair.agent.event(({ event, state }) => event === 'state' && state === 'failed', {
        from,
      })
      expect(failed).toMatchObject({ reason: { code: 'fingerprint-changed' } })
    })
  })

  describe('strangers', () => {
    let pair: NativePair
    const targets = new Targets()

    beforeAll(async () => {
      pair = await NativePair.start(runtime)
    })
    afterAll(async () => {
      await targets.close()
      await pair.close()
    })

    it('are kept to 128 from one address, and to five seconds each, while the agent goes on', async () => {
      const port = await pair.open(1, await targets.echo())
      const sockets = await Promise.all(Array.from({ length: 300 }, () => targets.visit(pair.bridgePort)))
      const startedAt = performance.now()
      const closings = sockets.map(async (socket: Socket) => {
        await ending(socket)
        return performance.now() - startedAt
      })
      const visitor = await targets.visit(port)
      visitor.write('still here')
      await once(visitor, 'data')
      const ages = (await Promise.all(closings)).sort((a, b) => a - b)
      // the agent dials carriers from the same address meanwhile, and each takes a place until it has proved itself
      const turnedAway = ages.filter((age) => age < 2_000).length
      expect(turnedAway).toBeGreaterThanOrEqual(300 - 128)
      expect(turnedAway).toBeLessThan(300 - 64)
      expect(ages.at(-1)).toBeLessThan(7_000)
    })

    it('that send what is no handshake are shut out at once', async () => {
      for (const words of [
        'GET / HTTP/1.0\r\n\r\n',
        'SSH-2.0-x\r\n',
        '\u0000\u0001\u0002',
        '\u0016\u0003\u0001garbage'.repeat(9),
      ]) {
        const socket = connect(pair.bridgePort, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.write(words)
        await once(socket.resume(), 'close')
      }
      expect(await pair.relay.call('counters', { id: 1 })).toBeDefined()
    })
  })
}
