import { join } from 'node:path'
import { connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RelayError } from '../../../api/errors.ts'
import { loopbackRelay } from '../../../testing/loopback-relay.ts'
import { silentLog } from '../../../log/log.ts'
import { Agents } from '../../clients/agents.ts'
import { PrivateTunnels } from '../private/private-tunnels.ts'
import { StoreFolder } from '../../../testing/store-folder.ts'
import type { Store } from '../../store/store.ts'
import { visitId } from '../../../native/proofs.ts'
import { TunnelRegistry } from './tunnel-registry.ts'
import { TunnelRules } from './tunnel-rules.ts'
import type { TunnelSpec } from '../modes/tunnel-server.ts'
import { OpenTunnels } from './open-tunnels.ts'

let state: StoreFolder
let store: Store
let tunnels: QuickThief
let registry: TunnelRegistry

/** Another program takes the first ports that are asked for, between the look and the step. */
class QuickThief extends OpenTunnels {
  left = 2
  readonly stolen: (number | null)[] = []

  override async open(spec: TunnelSpec): Promise<void> {
    if (this.left === 0) return super.open(spec)
    this.left -= 1
    this.stolen.push(spec.port)
    throw new RelayError('port-taken', 'taken', { port: spec.port ?? 0 })
  }
}

const visits = new PrivateTunnels()

beforeEach(() => {
  state = new StoreFolder(Date.now())
  store = state.store
  tunnels = opened()
  registry = registryOf(tunnels)
})
afterEach(async () => {
  for (const { id } of registry.list()) await registry.remove(id)
  state[Symbol.dispose]()
})

const opened = () =>
  new QuickThief({
    agents: new Agents(),
    host: '127.0.0.1',
    privateTunnels: visits,
    log: silentLog,
    clientUse: (id) => ({ ...store.clients.record(id), usedBytes: 0 }),
  })

/** As a relay's start makes it: nothing of what is stored is open yet. */
function registryOf(open: OpenTunnels): TunnelRegistry {
  const rules = new TunnelRules({
    store: store.tunnels,
    host: '127.0.0.1',
    allowPorts: () => loopbackRelay.allowPorts,
    maxTunnelsOf: () => undefined,
    ownPorts: () => [8024, 8080],
    pushHostsOf: () => undefined,
  })
  return new TunnelRegistry({ store: store.tunnels, tunnels: open, rules, log: silentLog, now: Date.now })
}

const wanted = () => {
  const { id: clientId } = store.clients.add({ name: 'lab', vkey: 'k'.repeat(32) }, Date.now())
  return { clientId, mode: 'tcp', target: '127.0.0.1:22' } as const
}

test('a port that is lost at the last moment is followed by the next free one', async () => {
  const { port } = await registry.add(wanted())
  expect(tunnels.stolen).toHaveLength(2)
  expect(tunnels.stolen).not.toContain(port)
  expect(registry.list().map((tunnel) => tunnel.port)).toEqual([port])
})

test('while another program holds the state, a change touches no open tunnel', async () => {
  tunnels.left = 0
  const { id, port } = await registry.add(wanted())
  const opening = vi.spyOn(tunnels, 'open')
  const backup = new DatabaseSync(join(state.path, 'relay.db'))
  backup.exec('begin immediate')
  await expect(registry.edit(id, { target: '127.0.0.1:23' })).rejects.toMatchObject({ code: 'state-locked' })
  await expect(registry.start(id)).rejects.toMatchObject({ code: 'state-locked' })
  expect(opening).not.toHaveBeenCalled()
  backup.close()
  expect(await registry.edit(id, { target: '127.0.0.1:23' })).toMatchObject({ port, target: '127.0.0.1:23' })
})

test('a port that was asked for by number is not replaced', async () => {
  await expect(registry.add({ ...wanted(), port: 17_003 })).rejects.toMatchObject({ code: 'port-taken' })
  expect(registry.list()).toEqual([])
})

test('a tcp tunnel becomes private and public again: the port goes and comes, the password is never the same', async () => {
  tunnels.left = 0
  const { id, port } = await registry.add({ ...wanted(), name: 'ssh' })
  expect(await isOpen(port)).toBe(true)

  const hidden = await registry.edit(id, { mode: 'private' })
  expect(hidden).toMatchObject({ id, mode: 'private', port: null, name: 'ssh', target: '127.0.0.1:22' })
  const first = hidden.settings.password ?? ''
  expect(first).toHaveLength(32)
  expect(visits.find(visitId(first))).toBeDefined()
  expect(await isOpen(port)).toBe(false)

  const open = await registry.edit(id, { mode: 'tcp' })
  expect(open).toMatchObject({ mode: 'tcp', port, settings: {} })
  expect(visits.find(visitId(first))).toBeUndefined()
  expect(await isOpen(port)).toBe(true)

  const again = await registry.edit(id, { mode: 'private' })
  expect(again.settings.password).not.toBe(first)
  expect(store.tunnels.get(id)).toMatchObject({ mode: 'private', port: null })
})

test('a tunnel of another mode stays what it is', async () => {
  tunnels.left = 0
  const { id } = await registry.add({ ...wanted(), mode: 'socks5', target: '' })
  await expect(registry.edit(id, { mode: 'private' })).rejects.toMatchObject({ code: 'invalid-input' })
  expect(registry.get(id)).toMatchObject({ mode: 'socks5', status: { state: 'listening' } })
})

/** Nobody is online behind it, so whoever is let in is reset at once. */
function isOpen(port: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: port ?? 0 })
    socket.once('connect', () => resolve(true))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNRESET'))
    socket.once('close', () => socket.destroy())
    socket.resume()
  })
}

test('a tunnel of a mode that only a later nps knows keeps its port, does not open, and stands in nobody’s way', async () => {
  tunnels.left = 0
  const lab = wanted()
  const { id, port } = await registry.add(lab)
  const database = new DatabaseSync(join(state.path, 'relay.db'))
  database.prepare('update tunnels set mode = ? where id = ?').run('carrierPigeon', id)
  database.close()
  await expect(registry.start(id)).rejects.toMatchObject({ code: 'mode-unsupported' })
  expect(registry.list()).toMatchObject([{ id, mode: 'carrierPigeon', port }])
  const other = await registry.add({ ...lab, name: 'other' })
  expect(other.port).not.toBe(port)
})

/** The relay is started again, on a state that another version has changed. */
async function startedWith(change: (database: DatabaseSync) => void): Promise<void> {
  await tunnels.closeAll()
  const database = new DatabaseSync(join(state.path, 'relay.db'))
  change(database)
  database.close()
  tunnels = opened()
  tunnels.left = 0
  registry = registryOf(tunnels)
  await registry.openAll()
}

test.each([
  ['clients', '{"allow":"the campus"}', 'allow'],
  ['clients', '{"maxConnections":{"perHour":3}}', 'maxConnections'],
  ['tunnels', '{"deny":["192.0.2.0/33"]}', 'deny'],
  ['tunnels', '{"allowCountries":["DE"]}', 'allowCountries'],
])(
  'a limit of %s that only a later nps can read, %s, lets nobody in and stops no other tunnel',
  async (table, limits, name) => {
    tunnels.left = 0
    const lab = wanted()
    const { id } = await registry.add(lab)
    const other = await registry.add({
      ...lab,
      clientId: store.clients.add({ name: 'b', vkey: 'b'.repeat(32) }, 0).id,
    })
    await startedWith((database) =>
      database
        .prepare(`update ${table} set limits = ? where id = ?`)
        .run(limits, table === 'clients' ? 1 : id),
    )
    expect(registry.get(other.id).status).toEqual({ state: 'listening' })
    const { status, port } = registry.get(id)
    expect(status).toMatchObject({ state: 'failed', failure: { code: 'mode-unsupported' } })
    expect(status).toHaveProperty(
      'failure.message',
      expect.stringContaining(`can read: ${name}. Update nps.`),
    )
    expect(await isOpen(port)).toBe(false)
  },
)

test('trying again to open a tunnel of a client whose limits only a later nps can read leaves no timer behind', async () => {
  tunnels.left = 0
  const { id } = await registry.add({ ...wanted(), limits: { expiresAtMs: Date.now() + 86_400_000 } })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await startedWith((database) => database.exec(`update clients set limits = '{"allowCountries":["DE"]}'`))
  await registry.retryFailed()
  await registry.retryFailed()
  expect(registry.get(id).status).toMatchObject({ state: 'failed', failure: { code: 'mode-unsupported' } })
  expect(vi.getTimerCount()).toBe(0)
})

test.each([
  ['tcp', '{"listenIp":["192.0.2.1"]}', 'listenIp'],
  ['tcp', '{"listenIp":null}', 'listenIp'],
  ['tcp', '{"health":{"type":"grpc"}}', 'health'],
  ['socks5', '{"users":null}', 'users'],
  ['httpProxy', '{"users":false}', 'users'],
  ['file', '{"users":[],"folder":"/srv"}', 'users'],
  ['host', '{"host":{"name":["lab.test"],"path":"/","scheme":"all"}}', 'host'],
  ['private', '{"password":{"hash":"x"}}', 'password'],
] as const)(
  'a %s tunnel with a setting that only a later nps can read, %s, is kept and closed, and stops no other',
  async (mode, settings, name) => {
    tunnels.left = 0
    const lab = wanted()
    const { id, port } = await registry.add({ ...lab, name: 'odd' })
    const other = await registry.add({ ...lab, name: 'other' })
    await startedWith((database) =>
      database.prepare('update tunnels set mode = ?, settings = ? where id = ?').run(mode, settings, id),
    )
    expect(registry.get(other.id).status).toEqual({ state: 'listening' })
    const message = `The tunnel "odd" has a setting that only a later version of nps can read: ${name}. Update nps.`
    expect(registry.get(id)).toMatchObject({
      settings: JSON.parse(settings) as object,
      status: { state: 'failed', failure: { code: 'mode-unsupported', message } },
    })
    await expect(registry.start(id)).rejects.toMatchObject({ code: 'mode-unsupported' })
    expect(await isOpen(port)).toBe(false)
  },
)

test('nor does one with a host that only a later nps can read stand in the way of a host that an agent brings', async () => {
  tunnels.left = 0
  const lab = wanted()
  const { id: clientId } = store.clients.add({ name: 'b', vkey: 'b'.repeat(32) }, 0)
  const odd = await registry.add(lab)
  const brought = await registry.add({ ...lab, clientId })
  await startedWith((database) => {
    const change = database.prepare(
      `update tunnels set mode = 'host', port = null, pushed_by = ?, settings = ? where id = ?`,
    )
    change.run(null, '{"host":{"names":["a.lab.test","b.lab.test"]}}', odd.id)
    change.run('agent', '{"host":{"name":"c.lab.test","path":"/","scheme":"all"}}', brought.id)
  })
  expect(registry.get(brought.id).status).toHaveProperty(
    'failure.message',
    'This relay has no ports for hosts.',
  )
})
