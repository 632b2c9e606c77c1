import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dribble, flood, keptFor, open, openFromElsewhere, times } from './strangers.ts'
import { HostileAgent } from './hostile-agent.ts'
import { badVkey, unharmed, Victim } from './victim.ts'

/** The console gives a request ten seconds for its head; the rest is for a busy machine. */
const silentTimeoutMs = 16_000

const openFromNetwork = (port: number, network: number) => open(port, { from: `127.7.${network}.1` })

/** Fulfils once the target has answered this visitor. */
async function echoes(socket: Socket): Promise<void> {
  socket.write('hello')
  await once(socket, 'data', { signal: AbortSignal.timeout(20_000) })
}

/** Fulfils once it is connected, or turned away. */
function decided(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('connect', resolve).once('close', () => resolve()))
}

/** How long a person's browser waits for the console's first answer. */
async function loginPage(victim: Victim): Promise<number> {
  const startedAt = performance.now()
  const response = await fetch(`http://127.0.0.1:${victim.consolePort}/session`, {
    signal: AbortSignal.timeout(5_000),
  })
  expect(response.status).toBe(200)
  return performance.now() - startedAt
}

describe.each(['Node', 'Bun'] as const)('hostile visitors of a relay on %s', (runtime) => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start({ runtime })
  })
  afterAll(() => victim.close())

  it(
    'of the console: a thousand silent ones, slow heads, slow bodies, endless bodies',
    { timeout: 60_000 },
    async () => {
      expect(
        await victim.after(async () => {
          const port = victim.consolePort
          const silent = times(1_000, () => openFromElsewhere(port))
          const head = Buffer.from(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(2_000)}`)
          const body = Buffer.from(`POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 4000\r\n\r\n`)
          const slow = times(20, (at) => {
            const socket = openFromElsewhere(port)
            void dribble(socket, at % 2 === 0 ? head : Buffer.concat([body, Buffer.alloc(4_000, '{')]), 100)
            return socket
          })
          const endless = openFromElsewhere(port)
          endless.write('POST /login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
          await flood(endless, Buffer.from(`10000\r\n${'{'.repeat(65_536)}\r\n`), {
            totalBytes: 512 * 1024 * 1024,
            forMs: 2_000,
          })
          expect(await loginPage(victim)).toBeLessThan(5_000)
          await Promise.all([...silent, endless].map((one) => keptFor(one, silentTimeoutMs)))
          for (const socket of slow) socket.destroy()
        }),
      ).toEqual(unharmed)
    },
  )

  it('of the console: silent ones from four networks, as many as there are places', async () => {
    const silent = times(600, (at) => openFromNetwork(victim.consolePort, at % 4))
    await Promise.all(silent.map(decided))
    expect(await loginPage(victim)).toBeLessThan(2_000)
    expect(silent.filter((socket) => !socket.destroyed).length).toBeGreaterThan(400)
    for (const socket of silent) socket.destroy()
  })

  it('of the console: answers that nobody reads', { timeout: 60_000 }, async () => {
    // Each runtime makes an object of every request in the piece that it has read before it hears that the connection is
    // ended. On Bun that took 124 to 147 MB for these forty connections, wherever it was measured; without a limit it is 900.
    const maxGrowthBytes = (runtime === 'Node' ? 384 : 256) * 1024 * 1024
    expect(
      await victim.after(
        async () => {
          const sockets = times(40, () => open(victim.consolePort).pause())
          const asks = Buffer.from('GET /session HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2_000))
          await Promise.all(
            sockets.map((socket) => flood(socket, asks, { totalBytes: 4_000_000, forMs: 2_000 })),
          )
          for (const socket of sockets) socket.destroy()
        },
        { maxGrowthBytes },
      ),
    ).toEqual(unharmed)
  })

  it('of the control socket: nonsense, silence, a call without an end', async () => {
    expect(
      await victim.after(async () => {
        const path = victim.control.address
        const silent = times(100, () => open(path))
        const nonsense = times(50, (at) => {
          const socket = open(path)
          socket.write(Buffer.alloc(5_000, 100 + at))
          return socket
        })
        // Sooner than those who say nothing, who have ten seconds.
        await Promise.all(nonsense.map((socket) => keptFor(socket, 9_000)))
        const endless = open(path)
        endless.write('POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
        await flood(endless, Buffer.from(`10000\r\n${'{'.repeat(65_536)}\r\n`), {
          totalBytes: 512 * 1024 * 1024,
          forMs: 2_000,
        })
        for (const socket of [...silent, endless]) socket.destroy()
      }),
    ).toEqual(unharmed)
  })

  it('of a tunnel whose agent is away: three thousand, one after the other', async () => {
    const port = await victim.badTunnel()
    expect(
      await victim.after(async () => {
        for (let left = 3_000; left > 0; left -= 300) {
          const sockets = times(300, () => open(port))
          await Promise.all(sockets.map((socket) => keptFor(socket, 10_000)))
        }
      }),
    ).toEqual(unharmed)
  })

  it(
    'of a tunnel that works: many at once, silent, resetting, flooding and never reading',
    { timeout: 60_000 },
    async () => {
      const port = await victim.badTunnel(`127.0.0.1:${await victim.targets.echo()}`)
      const attack = async () => {
        const silent = times(300, () => open(port))
        for (let round = 0; round < 10; round++) {
          const resetting = times(30, () => open(port))
          await Promise.all(resetting.map((socket) => once(socket, 'connect')))
          for (const socket of resetting) socket.resetAndDestroy()
        }
        const deaf = times(20, () => open(port).pause())
        const bytes = { totalBytes: 64 * 1024 * 1024, forMs: 2_000 }
        await Promise.all(deaf.map((socket) => flood(socket, Buffer.alloc(65_536, 'q'), bytes)))
        for (const socket of [...silent, ...deaf]) socket.destroy()
      }
      // Three hundred TLS connections, and what waits for those that do not read; Bun is slow to give memory back.
      expect(
        await victim.after(() => victim.withBadAgent(attack), { maxGrowthBytes: 384 * 1024 * 1024 }),
      ).toEqual(unharmed)
    },
  )
  it(
    'of a tunnel: idle ones from one address leave room for others, and for the lab’s other tunnels',
    { timeout: 120_000 },
    async () => {
      const target = `127.0.0.1:${await victim.targets.echo()}`
      const [crowded, other] = [await victim.badTunnel(target), await victim.badTunnel(target)]
      await victim.withBadAgent(async () => {
        const idle: Socket[] = []
        for (let round = 0; round < 8; round++) {
          const more = times(128, () => openFromNetwork(crowded, 1))
          await Promise.all(more.map(echoes))
          idle.push(...more)
        }
        const turnedAway = times(100, () => openFromNetwork(crowded, 1))
        await Promise.all(turnedAway.map((socket) => keptFor(socket, 10_000)))
        await echoes(open(crowded))
        await echoes(open(other))
        expect(idle.filter((socket) => socket.destroyed)).toEqual([])
        for (const socket of idle) socket.destroy()
      })
    },
  )
})

describe.each(['Node', 'Bun'] as const)('a relay on %s that may open 300 files only', (runtime) => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start({ runtime, descriptors: 300 })
  })
  afterAll(() => victim.close())

  it(
    'outlives a thousand visitors of a tunnel, of the console, of the bridge and of the control socket',
    { timeout: 90_000 },
    async () => {
      const port = await victim.badTunnel(`127.0.0.1:${await victim.targets.echo()}`)
      const attack = async () => {
        const ports = [port, victim.consolePort, victim.bridgePort, victim.control.address]
        const sockets = ports.flatMap((port) => times(250, () => open(port)))
        // There is nothing to wait for: the relay can do no more than outlive it.
        await delay(2_000)
        for (const socket of sockets) socket.destroy()
      }
      expect(await victim.after(() => victim.withBadAgent(attack))).toEqual(unharmed)
      expect(await loginPage(victim)).toBeLessThan(5_000)
    },
  )

  it('answers its owner, the console and an agent while the crowd stays', { timeout: 60_000 }, async () => {
    const port = await victim.badTunnel(`127.0.0.1:${await victim.targets.echo()}`)
    await victim.withBadAgent(async () => {
      const crowd = times(300, () => openFromElsewhere(port))
      await Promise.all(crowd.map(decided))
      const ports = [port, victim.consolePort, victim.bridgePort].flatMap((port) =>
        times(200, () => openFromElsewhere(port)),
      )
      await Promise.all(ports.map(decided))
      expect(await victim.nps(['client', 'list'], { timeoutMs: 10_000 })).toContain('online')
      expect(await loginPage(victim)).toBeLessThan(5_000)
      // What was turned away may still be closing: an agent tries again, as npc does after 0.2 to 1.2 s.
      const agent = await vi.waitFor(() => HostileAgent.start(victim.bridgePort, badVkey), {
        timeout: 10_000,
        interval: 500,
      })
      agent.close()
      expect(victim.relay.isRunning).toBe(true)
      for (const socket of [...crowd, ...ports]) socket.destroy()
    })
  })
})
