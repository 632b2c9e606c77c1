import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { startRelayWithAgent, type RelayWithAgent } from './relay-with-agent.ts'

let relay: RelayWithAgent
let targets: Targets
let echo: string

beforeAll(async () => {
  relay = await startRelayWithAgent()
})
afterAll(() => relay.close())
afterEach(async () => {
  await targets.close()
  await relay.api.clients.edit({ id: relay.clientId, limits: {} })
  for (const { id } of await relay.api.tunnels.list({})) await relay.api.tunnels.remove({ id })
})

async function tunnel(limits: object, target?: string) {
  targets = new Targets()
  echo = `127.0.0.1:${await targets.echo()}`
  const added = await relay.api.tunnels.add({ clientId: relay.clientId, target: target ?? echo, limits })
  return { id: added.id, port: added.port ?? 0 }
}

const counters = async (id: number) => {
  const found = (await relay.api.tunnels.list({})).find((one) => one.id === id)
  return {
    down: found?.downBytes,
    up: found?.upBytes,
    status: found?.status,
    connections: found?.connections,
  }
}

/** Sends `bytes` and reads them back; answers the seconds that took. */
async function echoed(port: number, bytes: number): Promise<number> {
  const startedAtMs = performance.now()
  const socket = await targets.visit(port)
  socket.end(Buffer.alloc(bytes))
  expect((await readAll(socket)).length).toBe(bytes)
  return (performance.now() - startedAtMs) / 1000
}

test('a rate holds for both directions together, for open connections too, and goes when it is taken away', async () => {
  const { id, port } = await tunnel({ rateBytesPerSecond: 400_000 })
  // there and back
  const slow = await echoed(port, 300_000)
  expect(slow).toBeGreaterThan(1.2)
  expect(slow).toBeLessThan(4)
  const socket = await targets.visit(port)
  const arrived = readAll(socket)
  socket.end(Buffer.alloc(20_000_000))
  await once(socket, 'data')
  await relay.api.tunnels.edit({ id, limits: {} })
  expect((await arrived).length).toBe(20_000_000)
}, 20_000)

test('directions have rates of their own; many connections share one evenly', async () => {
  const { port } = await tunnel({ downBytesPerSecond: 600_000 })
  const finishedAfter = await Promise.all([1, 2, 3].map(() => echoed(port, 300_000)))
  // none gets ahead: three equal shares end together, where one after the other the first would take a third of the time
  expect(Math.min(...finishedAfter) / Math.max(...finishedAfter)).toBeGreaterThan(0.6)
  expect(Math.max(...finishedAfter)).toBeGreaterThan(1.2)
})

test('R9: a quota ends a running connection at its very byte, is seen, and more of it opens the way again', async () => {
  const { id, port } = await tunnel({ quotaBytes: 1_000_001 })
  const socket = await targets.visit(port)
  let arrived = 0
  socket.on('data', (chunk) => (arrived += chunk.length))
  socket.write(Buffer.alloc(3_000_000))
  expect(await ending(socket)).toBe('ECONNRESET')
  const used = await counters(id)
  expect((used.down ?? 0) + (used.up ?? 0)).toBe(1_000_001)
  expect(arrived).toBeLessThanOrEqual(used.down ?? 0)
  expect(used.status).toMatchObject({ state: 'failed', failure: { code: 'quota-used' } })
  expect(await targets.outcome(port)).toBe('ECONNRESET')
  await relay.api.tunnels.edit({ id, limits: { quotaBytes: 2_000_001 } })
  expect((await counters(id)).status).toEqual({ state: 'listening' })
  await echoed(port, 10_000)
  expect(((await counters(id)).down ?? 0) + ((await counters(id)).up ?? 0)).toBe(1_020_001)
})

test('what a month may carry is counted beside the total, and used up it says when the next month begins', async () => {
  const { id, port } = await tunnel({ monthlyQuotaBytes: 500_000 })
  await echoed(port, 100_000)
  const [before] = await relay.api.tunnels.list({})
  expect(before?.monthBytes).toBe(200_000)
  const socket = await targets.visit(port)
  socket.write(Buffer.alloc(1_000_000))
  expect(await ending(socket)).toBe('ECONNRESET')
  const { status } = await counters(id)
  expect(status).toMatchObject({ failure: { code: 'quota-used', params: { limit: 500_000 } } })
  const untilMs = status?.state === 'failed' ? Number(status.failure.params['untilMs']) : 0
  expect(new Date(untilMs).toISOString()).toMatch(/-01T00:00:00\.000Z$/)
  await relay.api.tunnels.edit({ id, limits: { monthlyQuotaBytes: 1_000_000 } })
  await echoed(port, 10_000)
  const [client] = await relay.api.clients.list({})
  expect(client?.monthBytes).toBeGreaterThanOrEqual(520_000)
})

test("a client's quota counts over all its tunnels", async () => {
  const first = await tunnel({})
  const second = await relay.api.tunnels.add({ clientId: relay.clientId, target: echo })
  const [client] = await relay.api.clients.list({})
  const used = (client?.downBytes ?? 0) + (client?.upBytes ?? 0)
  await relay.api.clients.edit({ id: relay.clientId, limits: { quotaBytes: used + 400_000 } })
  await echoed(first.port, 150_000)
  expect(await targets.outcome(second.port ?? 0, 'x'.repeat(60_000))).toBe('ECONNRESET')
  expect(await targets.outcome(first.port)).toBe('ECONNRESET')
  const [after] = await relay.api.clients.list({})
  expect((after?.downBytes ?? 0) + (after?.upBytes ?? 0)).toBe(used + 400_000)
})

test('connections: as many as may be, and one more when one has gone', async () => {
  const { id, port } = await tunnel({ maxConnections: 2 })
  const [first] = await Promise.all([targets.visit(port), targets.visit(port)])
  await expect.poll(async () => (await counters(id)).connections).toBe(2)
  expect(await targets.outcome(port)).toBe('ECONNRESET')
  const gone = once(first as NonNullable<typeof first>, 'close')
  first?.end()
  first?.resume()
  await gone
  await expect.poll(async () => (await counters(id)).connections).toBe(1)
  await echoed(port, 10)
})

test('W6: the date comes: whoever is connected has to go, and nobody comes in', async () => {
  const { id, port } = await tunnel({ expiresAtMs: Date.now() + 2_000 })
  const socket = await targets.visit(port)
  expect(await ending(socket)).toBe('ECONNRESET')
  expect(await targets.outcome(port)).toBe('ECONNRESET')
  expect((await counters(id)).status).toMatchObject({ state: 'failed', failure: { code: 'expired' } })
})

test('S15, W3: networks are let in and kept out, whoever is connected already too', async () => {
  const { id, port } = await tunnel({ allow: ['127.0.0.0/8'] })
  await echoed(port, 10)
  const socket = await targets.visit(port)
  socket.write('x')
  await once(socket, 'data')
  await relay.api.tunnels.edit({ id, limits: { deny: ['127.0.0.1'] } })
  expect(await ending(socket)).toBe('ECONNRESET')
  expect(await targets.outcome(port)).toBe('ECONNRESET')
  expect(relay.log.join('')).toContain('do not let 127.0.0.1 in')
  await relay.api.tunnels.edit({ id, limits: { allow: ['10.0.0.0/8'] } })
  expect(await targets.outcome(port)).toBe('ECONNRESET')
  await relay.api.tunnels.edit({ id, limits: {} })
  await echoed(port, 10)
})

test('tunnels: as many as a client may have', async () => {
  await tunnel({})
  await relay.api.clients.edit({ id: relay.clientId, limits: { maxTunnels: 1 } })
  await expect(relay.api.tunnels.add({ clientId: relay.clientId, target: echo })).rejects.toMatchObject({
    code: 'limit-reached',
  })
})
