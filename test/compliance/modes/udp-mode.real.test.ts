import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TunnelConnections } from '../../../relay-core/src/relay/tunnels/tunnel-connections.ts'
import { PasswordCheck } from '../../../relay-core/src/relay/tunnels/password-check.ts'
import { RoundRobinTargets } from '../../../relay-core/src/relay/tunnels/round-robin-targets.ts'
import type { TunnelServer, TunnelSpec } from '../../../relay-core/src/relay/tunnels/modes/tunnel-server.ts'
import { createUdpMode, type UdpLimits } from '../../../relay-core/src/relay/tunnels/modes/udp-mode.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'
import { DatagramTargets } from '../../harness/peers/datagram-targets.ts'
import { SessionPair } from './session-pair.ts'

const deadline = () => ({ signal: AbortSignal.timeout(5_000) })

async function answer(visitor: Socket): Promise<Buffer> {
  const [datagram] = (await once(visitor, 'message', deadline())) as [Buffer]
  return datagram
}

function udpMode(protocol: 'native' | 'stock', sizes: readonly number[]): void {
  let pair: SessionPair
  let tunnels: OpenTunnels
  let lastId = 0
  const targets = new DatagramTargets()

  beforeAll(async () => {
    pair = await SessionPair.start(protocol)
    tunnels = new OpenTunnels({ agents: pair.agents, log: pair.log })
  })
  afterAll(async () => {
    await tunnels.closeAll()
    targets.close()
    await pair.close()
  })

  async function open(target: number, more: Partial<TunnelSpec> = {}): Promise<{ id: number; port: number }> {
    lastId += 1
    const id = lastId
    await tunnels.open({ id, clientId: 1, mode: 'udp', port: 0, target: `127.0.0.1:${target}`, ...more })
    return { id, port: tunnels.port(id) ?? 0 }
  }

  it('keeps each datagram whole and counts to the byte', async () => {
    const { id, port } = await open(await targets.echo())
    const visitor = await targets.bind()
    for (const size of sizes) {
      const sent = Buffer.alloc(size, 'epoch 7 ')
      visitor.send(sent, port, '127.0.0.1')
      expect((await answer(visitor)).equals(sent)).toBe(true)
    }
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(tunnels.counters(id)).toEqual({ downBytes: total, upBytes: total, connections: 1 })
    expect(tunnels.connections(id)[0]?.visitor).toBe(`127.0.0.1:${visitor.address().port}`)
  })

  it('answers each visitor alone, over IPv4 and IPv6', async () => {
    const { id, port } = await open(await targets.echo())
    const visitors = [await targets.bind(), await targets.bind(), await targets.bind('udp6')]
    const answers = visitors.map(answer)
    for (const [at, visitor] of visitors.entries()) {
      visitor.send(`visitor ${at}`, port, at === 2 ? '::1' : '127.0.0.1')
    }
    expect((await Promise.all(answers)).map(String)).toEqual(['visitor 0', 'visitor 1', 'visitor 2'])
    expect(tunnels.counters(id).connections).toBe(3)
  })

  it('R2: bursts from many visitors at once cost datagrams at most', async () => {
    const { id, port } = await open(await targets.echo())
    const visitors = await Promise.all(Array.from({ length: 50 }, () => targets.bind()))
    const answered = visitors.map((visitor) => once(visitor, 'message', deadline()))
    for (let round = 0; round < 20; round += 1) {
      for (const visitor of visitors) visitor.send(Buffer.alloc(500, 'b'), port, '127.0.0.1')
    }
    await Promise.all(answered)
    const { upBytes, downBytes, connections } = tunnels.counters(id)
    expect(connections).toBe(50)
    expect(upBytes % 500).toBe(0)
    expect(downBytes).toBeLessThanOrEqual(upBytes)
    const another = await targets.bind()
    another.send('still there?', port, '127.0.0.1')
    expect(String(await answer(another))).toBe('still there?')
  })

  it('drops what is above the rate, and holds to the number of visitors', async () => {
    const { id, port } = await open(await targets.echo(), {
      limits: { upBytesPerSecond: 1_000, maxConnections: 1 },
    })
    const visitor = await targets.bind()
    visitor.send('first', port, '127.0.0.1')
    await answer(visitor)
    for (let at = 0; at < 100; at += 1) visitor.send(Buffer.alloc(1_000), port, '127.0.0.1')
    const other = await targets.bind()
    other.send('one too many', port, '127.0.0.1')
    visitor.send('x', port, '127.0.0.1')
    await answer(visitor)
    expect(tunnels.counters(id).upBytes).toBeLessThan(20_000)
    expect(tunnels.counters(id).connections).toBe(1)
  })

  it('forgets its visitors when it is stopped', async () => {
    const { id, port } = await open(await targets.echo())
    const visitor = await targets.bind()
    visitor.send('hello', port, '127.0.0.1')
    await answer(visitor)
    await tunnels.close(id)
    expect(tunnels.counters(id).connections).toBe(0)
    const again = createSocket('udp4').bind(port, '127.0.0.1')
    await once(again, 'listening')
    again.close()
  })

  it('says that a port is taken', async () => {
    const { port } = await open(await targets.echo())
    await expect(open(9, { port })).rejects.toMatchObject({ code: 'port-taken' })
  })
}

describe('a udp tunnel’s visitors', () => {
  const targets = new DatagramTargets()
  let pair: SessionPair
  let connections: TunnelConnections
  let mode: TunnelServer | undefined
  const spec: TunnelSpec = { id: 1, clientId: 1, mode: 'udp', port: 0, target: '' }

  beforeAll(async () => {
    pair = await SessionPair.start('native')
  })
  afterEach(() => mode?.close())
  afterAll(async () => {
    targets.close()
    await pair.close()
  })

  async function open(limits: Partial<UdpLimits>): Promise<number> {
    connections = new TunnelConnections({ tunnelId: 1, allowances: [] })
    const context = {
      listenHost: '127.0.0.1',
      session: () => pair.session,
      connections: connections,
      passwords: new PasswordCheck(),
      targets: new RoundRobinTargets([{ host: '127.0.0.1', port: await targets.echo() }]),
      log: pair.log,
    }
    mode = createUdpMode(spec, context, limits)
    await mode.listen()
    return mode.port ?? 0
  }

  async function ask(visitor: Socket, port: number): Promise<string> {
    visitor.send('hello', port, '127.0.0.1')
    return String(await answer(visitor))
  }

  it('are forgotten when they and their target are silent, and are welcome again', async () => {
    const port = await open({ idleTimeoutMs: 200, sweepIntervalMs: 20 })
    const visitor = await targets.bind()
    expect(await ask(visitor, port)).toBe('hello')
    expect(connections.count).toBe(1)
    await expect.poll(() => connections.count, { timeout: 5_000, interval: 20 }).toBe(0)
    expect(await ask(visitor, port)).toBe('hello')
  })

  it('are bounded: the one silent for longest makes room, and nobody else', async () => {
    const replaceableDelayMs = 300
    const port = await open({ maxVisitors: 2, replaceableDelayMs: replaceableDelayMs })
    const [first, second, third] = [await targets.bind(), await targets.bind(), await targets.bind()]
    await ask(first, port)
    await ask(second, port)
    third.send('too early', port, '127.0.0.1')
    expect(await ask(second, port)).toBe('hello')
    const visitors = () => connections.list().map(({ visitor }) => Number(visitor.split(':')[1]))
    expect(visitors()).toEqual([first.address().port, second.address().port])
    const silentSinceMs = performance.now()
    await expect
      .poll(() => performance.now() - silentSinceMs, { interval: 20 })
      .toBeGreaterThan(replaceableDelayMs)
    await ask(second, port)
    expect(await ask(third, port)).toBe('hello')
    expect(visitors()).toEqual([second.address().port, third.address().port])
  })
})

describe('udp tunnels over the native protocol', () => {
  udpMode('native', [1, 0, 1_200, 9_000, 60_000, 65_507])
})
describe('udp tunnels over the stock protocol', () => {
  udpMode('stock', [1, 1_200, 1_672])
})
