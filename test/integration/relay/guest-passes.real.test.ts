import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { GuestPass } from '../../../relay-core/src/api/guest-pass-models.ts'
import type { RelayError } from '../../../relay-core/src/api/errors.ts'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { PrivateVisitor } from '../../../relay-core/src/visitor/index.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { startRelayWithAgent, type RelayWithAgent } from './relay-with-agent.ts'

let relay: RelayWithAgent
let targets: Targets
let target: string
const visitors: PrivateVisitor[] = []

beforeAll(async () => {
  relay = await startRelayWithAgent()
  targets = new Targets()
  target = `127.0.0.1:${await targets.echo()}`
})
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.close()))
  await relay.api.clients.edit({ id: relay.clientId, limits: {} })
  for (const { id } of await relay.api.tunnels.list({})) await relay.api.tunnels.remove({ id })
})
afterAll(async () => {
  await targets.close()
  await relay.close()
})

let passedMs = 0
const inAnHour = () => Date.now() + passedMs + 3_600_000
/** Only addresses that no visitor of this test has. */
const others = { allow: ['203.0.113.0/24'] }

async function line(tunnelId: number, expiresAtMs = inAnHour()) {
  const made = await relay.api.passes.add({ tunnelId, name: 'A labmate', expiresAtMs, host: '127.0.0.1' })
  const [, secret = ''] = /-password=(\S+)/.exec(made.line ?? '') ?? []
  return { pass: made.pass, line: made.line ?? '', secret }
}

/** What the guest's npc does with the line; answers the port on the guest's machine. */
async function guest(
  secret: string,
  { server, fingerprint }: Pick<RelayWithAgent, 'server' | 'fingerprint'> = relay,
): Promise<{ port: number; failures: string[] }> {
  const failures: string[] = []
  const visitor = new PrivateVisitor({
    server,
    password: new Secret(secret),
    fingerprint,
    onFailure: (error) => failures.push((error as RelayError).code),
    log: silentLog,
  })
  visitors.push(visitor)
  return { ...(await visitor.listen()), failures }
}

async function echoed(port: number): Promise<string> {
  const socket = await targets.visit(port)
  socket.end('hello')
  return (await readAll(socket)).toString()
}

/** A visit that has got an answer and stays. */
async function staying(port: number) {
  const socket = await targets.visit(port)
  socket.write('x')
  await once(socket, 'data')
  return socket
}

async function untilPass(wanted: (pass: GuestPass) => boolean): Promise<GuestPass> {
  const signal = AbortSignal.timeout(20_000)
  for await (const passes of await relay.api.passes.watch({}, { signal })) {
    const found = passes.find(wanted)
    if (found) return found
  }
  throw new Error('the feed has ended')
}

test.each(['private', 'tcp'] as const)(
  'a line leads into one %s tunnel, past its list, until it is revoked',
  async (mode) => {
    const tunnel = await relay.api.tunnels.add({ clientId: relay.clientId, mode, target, limits: others })
    const { pass, line: told, secret } = await line(tunnel.id)
    expect(told).toContain(`npc -server=${relay.server} -password=${secret}`)
    expect(told).toContain(`-fingerprint=${relay.fingerprint}`)
    expect(told).toContain('-agent_fingerprint=sha256:')
    expect(pass).toMatchObject({
      name: 'A labmate',
      way: 'line',
      address: null,
      firstUsedAtMs: null,
      bytes: 0,
    })

    const { port, failures } = await guest(secret)
    expect(await echoed(port)).toBe('hello')
    const socket = await staying(port)
    const used = await untilPass(({ bytes, connections }) => bytes >= 10 && connections === 1)
    expect(used).toMatchObject({ id: pass.id, lastAddress: '127.0.0.1' })
    expect(used.firstUsedAtMs).not.toBeNull()

    const ended = ending(socket)
    expect(await relay.api.passes.revoke({ id: pass.id })).toMatchObject({ connections: 1 })
    await ended
    await ending(await targets.visit(port))
    expect(failures).toContain('wrong-password')

    await relay.api.passes.restore({ id: pass.id })
    expect(await echoed(port)).toBe('hello')
    expect(await relay.api.passes.list({})).toMatchObject([{ id: pass.id, revokedAtMs: null }])
    expect(JSON.stringify(await relay.api.passes.list({}))).not.toContain(secret)
    expect(relay.log.join('\n')).not.toContain(secret)
    expect(relay.log.join('\n')).toContain('guest came')
  },
  30_000,
)

test('a line ends at its time, with its connections, and goes with its tunnel', async () => {
  const tunnel = await relay.api.tunnels.add({ clientId: relay.clientId, mode: 'private', target })
  const short = await line(tunnel.id)
  const { port } = await guest(short.secret)
  const socket = await staying(port)
  passedMs = 3_600_000
  relay.passTime(passedMs)
  const over = ending(socket)
  await relay.api.tunnels.edit({ id: tunnel.id, name: 'noted' })
  await over
  const { failures, port: again } = await guest(short.secret)
  await ending(await targets.visit(again))
  expect(failures).toEqual(['wrong-password'])
  expect(await relay.api.passes.list({})).toEqual([])

  const long = await line(tunnel.id)
  await relay.api.tunnels.stop({ id: tunnel.id })
  const stopped = await guest(long.secret)
  await ending(await targets.visit(stopped.port))
  expect(stopped.failures).toEqual(['tunnel-stopped'])
  await relay.api.tunnels.remove({ id: tunnel.id })
  expect(await relay.api.passes.list({})).toEqual([])
  await expect(relay.api.passes.restore({ id: long.pass.id })).rejects.toMatchObject({ code: 'not-found' })
}, 30_000)

test('a pass of an address leads past the lists of those who may, not past those of who may not', async () => {
  const tunnel = await relay.api.tunnels.add({ clientId: relay.clientId, target, limits: others })
  const port = tunnel.port ?? 0
  await relay.api.clients.edit({ id: relay.clientId, limits: others })
  expect(await targets.outcome(port)).toBe('ECONNRESET')
  const wish = { tunnelId: tunnel.id, name: 'A reviewer', expiresAtMs: inAnHour(), host: '127.0.0.1' }
  const made = await relay.api.passes.add({ ...wish, address: '127.0.0.1' })
  expect(made).toMatchObject({ line: null, pass: { way: 'address', address: '127.0.0.1' } })
  expect(await echoed(port)).toBe('hello')

  // lists of those who may are of no concern to a guest who is there already
  const socket = await staying(port)
  await relay.api.tunnels.edit({ id: tunnel.id, limits: { allow: ['198.51.100.0/24'] } })
  socket.write('y')
  expect(String((await once(socket, 'data'))[0])).toBe('y')
  const ended = ending(socket)
  await relay.api.tunnels.edit({ id: tunnel.id, limits: { ...others, deny: ['127.0.0.0/8'] } })
  await ended
  expect(await targets.outcome(port)).toBe('ECONNRESET')

  await relay.api.tunnels.edit({ id: tunnel.id, limits: others })
  const last = await staying(port)
  const over = ending(last)
  await relay.api.passes.revoke({ id: made.pass.id })
  await over
  expect(await targets.outcome(port)).toBe('ECONNRESET')
}, 30_000)

test('a pass that would let nobody in, or that nobody needs, is not made', async () => {
  const { api, clientId } = relay
  const [open, udp, closed] = await Promise.all([
    api.tunnels.add({ clientId, target }),
    api.tunnels.add({ clientId, target, mode: 'udp' }),
    api.tunnels.add({ clientId, target, mode: 'private' }),
  ])
  const wish = { name: 'A labmate', expiresAtMs: inAnHour(), host: '127.0.0.1' }
  const refused = (change: object) =>
    expect(api.passes.add({ ...wish, tunnelId: open.id, ...change })).rejects.toMatchObject({
      code: 'invalid-input',
    })
  await refused({ address: '203.0.113.7' })
  await refused({ tunnelId: udp.id })
  await refused({ tunnelId: closed.id, address: '203.0.113.7' })
  await refused({ expiresAtMs: Date.now() + passedMs - 1 })
  await refused({ expiresAtMs: Date.now() + passedMs + 31 * 86_400_000 })
  await refused({ name: '' })
  await refused({ name: 'x'.repeat(65) })
  await refused({ host: '$(reboot)' })
  await refused({ address: '203.0.113.0/24' })
  expect(await api.passes.list({})).toEqual([])
  for (let made = 0; made < 32; made += 1) await api.passes.add({ ...wish, tunnelId: open.id })
  await expect(api.passes.add({ ...wish, tunnelId: open.id })).rejects.toMatchObject({
    code: 'limit-reached',
  })
}, 30_000)

test('a relay that stops with a guest in leaves nothing behind that would write its state later', async () => {
  const stopping = await startRelayWithAgent()
  try {
    const { api, clientId, server, fingerprint } = stopping
    const tunnel = await api.tunnels.add({ clientId, mode: 'private', target })
    const wish = { name: 'A labmate', expiresAtMs: inAnHour(), host: '127.0.0.1' }
    const { line: told } = await api.passes.add({ ...wish, tunnelId: tunnel.id })
    const [, secret = ''] = /-password=(\S+)/.exec(told ?? '') ?? []
    const { port } = await guest(secret, { server, fingerprint })
    const over = ending(await staying(port))
    await stopping.stopRelay()
    await over
    expect(stopping.log.join('\n')).toContain('guest left')
  } finally {
    await stopping.close()
  }
}, 30_000)
