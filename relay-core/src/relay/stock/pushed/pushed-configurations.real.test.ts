import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hostsDefaults } from '../../../config/relay/hosts-config.ts'
import { PortRanges } from '../../../net/address/port-ranges.ts'
import { createLog } from '../../../log/log.ts'
import type { ConfigReceiver } from '../../../stock/configuration/config-conversation.ts'
import { md5Hex } from '../../../stock/messages/handshake.ts'
import {
  decodePushedClient,
  decodePushedHost,
  decodePushedTunnel,
} from '../../../stock/configuration/pushed-config.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import { Agents } from '../../clients/agents.ts'
import { HostListeners } from '../../hosts/host-listeners.ts'
import { ClientRegistry } from '../../clients/client-registry.ts'
import { findFreePort } from '../../tunnels/registry/port-choice.ts'
import { openStore, type Store } from '../../store/store.ts'
import { TunnelRegistry } from '../../tunnels/registry/tunnel-registry.ts'
import { TunnelRules } from '../../tunnels/registry/tunnel-rules.ts'
import { OpenTunnels } from '../../tunnels/registry/open-tunnels.ts'
import { PushedConfigurations } from './pushed-configurations.ts'
import { PrivateTunnels } from '../../tunnels/private/private-tunnels.ts'
import { TemporaryClients } from './temporary-clients.ts'

const vkey = 'a-key-for-tests-0123456789'
const minuteMs = 60_000

let folder: string
let store: Store
let agents: Agents
let opened: OpenTunnels
let hosts: HostListeners
let tunnels: TunnelRegistry
let clients: ClientRegistry
let temporary: TemporaryClients
let pushed: PushedConfigurations
let nowMs: number
let log: string
let port: number
/** Stands for one that the relay itself listens on. */
let ownPort: number

/** The first of so many ports in a row on which nobody listens, below those that the system gives away. */
async function firstOfFree(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(12_000, 32_000)
    const isFree = async (port: number) => {
      const allowed = new PortRanges([{ first: port, last: port }])
      const found = findFreePort({ allowed, host: '127.0.0.1', transport: 'tcp', taken: new Map() })
      return found.then(
        () => true,
        () => false,
      )
    }
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)))
    if (!free.includes(false)) return first
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-pushed-'))
  nowMs = Date.now()
  log = ''
  const now = () => nowMs
  const parts = { log: createLog({ level: 'debug', write: (line) => (log += line) }), now }
  store = openStore(folder, nowMs)
  agents = new Agents()
  hosts = new HostListeners({
    config: () => ({ ...hostsDefaults, ip: '127.0.0.1', httpPort: 0 }),
    folder,
    log: parts.log,
  })
  await hosts.follow()
  opened = new OpenTunnels({
    agents,
    host: '127.0.0.1',
    hosts,
    privateTunnels: new PrivateTunnels(),
    log: parts.log,
  })
  tunnels = new TunnelRegistry({
    ...parts,
    store: store.tunnels,
    tunnels: opened,
    rules: new TunnelRules({
      store: store.tunnels,
      host: '127.0.0.1',
      allowPorts: () => new PortRanges([]),
      maxTunnelsOf: (id) => (id === 1 ? 3 : undefined),
      ownPorts: () => [8024, null, ownPort],
      pushHostsOf: (id) => store.clients.get(id)?.settings.pushHosts,
    }),
  })
  clients = new ClientRegistry({
    ...parts,
    clients: store.clients,
    tunnels: store.tunnels,
    agents,
    use: {
      connections: (id) => opened.clientAllowances.connections(id),
      unsaved: (id) => tunnels.unsavedOfClient(id),
      setLimits: (id, limits) => opened.clientAllowances.setLimits(id, limits),
      remove: (id) => opened.clientAllowances.remove(id),
    },
  })
  temporary = new TemporaryClients({ ...parts, store: store.clients, clients, tunnels, agents })
  pushed = new PushedConfigurations({
    ...parts,
    clients,
    tunnels,
    agents,
    temporary,
    publicVkey: () => undefined,
  })
  clients.add({ name: 'lab', vkey })
  port = await firstOfFree(4)
  ownPort = port + 50
})
afterEach(async () => {
  pushed.close()
  clients.close()
  await opened.closeAll()
  await hosts.close()
  store.close()
  await rm(folder, { recursive: true })
})

/** What this asks of a link: that there is one. */
function online(clientId: number): { leave: () => void } {
  let leave: (end: { reason: string }) => void = () => undefined
  const closed = new Promise<{ reason: string }>((resolve) => (leave = resolve))
  const session = {
    clientId,
    closed,
    streamsEnded: closed,
    instance: '',
    address: '203.0.113.7:50000',
    hostname: '',
    fingerprint: null,
    onlineSinceMs: Date.now(),
    close: () => leave({ reason: 'closed' }),
    endLink: () => leave({ reason: 'closed' }),
  }
  // What a place among the agents needs; nothing is sent through it.
  agents.add(session as unknown as AgentSession)
  return { leave: () => leave({ reason: 'left' }) }
}

function converse(): ConfigReceiver {
  const receiver = pushed.receiver({ id: 1 }, '203.0.113.7')
  if (!receiver) throw new Error('the client may not push')
  return receiver
}

const entry = (Remark: string, Ports: number, target = '127.0.0.1:22') =>
  decodePushedTunnel(
    Buffer.from(JSON.stringify({ Mode: 'tcp', Remark, Ports: String(Ports), Target: { TargetStr: target } })),
  )
const asked = (Remark: string) => decodePushedClient(Buffer.from(JSON.stringify({ Remark, MaxConn: 7 })))
const names = () => tunnels.list().map(({ name }) => name)

test('a conversation that breaks off, or whose agent does not come, takes nothing away', async () => {
  const first = converse()
  expect(await first.addTunnel(entry('ssh', port))).toBe(true)
  expect(await first.addTunnel(entry('web', port + 1))).toBe(true)
  first.done()
  online(1).leave()
  expect(names()).toEqual(['ssh', 'web'])
  // broken off: without `done`
  await converse().addTunnel(entry('ssh', port))
  online(1).leave()
  expect(names()).toEqual(['ssh', 'web'])
  // whole, and now its agent comes
  const third = converse()
  await third.addTunnel(entry('ssh', port))
  third.done()
  expect(names()).toEqual(['ssh', 'web'])
  online(1)
  await expect.poll(names).toEqual(['ssh'])
})

test('a tunnel that a person stopped stays stopped, and is changed all the same', async () => {
  await converse().addTunnel(entry('ssh', port))
  const [before] = tunnels.list()
  await tunnels.stop(before?.id ?? 0)
  await converse().addTunnel(entry('ssh', port, '127.0.0.1:2222'))
  expect(tunnels.list()).toMatchObject([
    { id: before?.id, target: '127.0.0.1:2222', enabled: false, status: { state: 'stopped' } },
  ])
})

test('a section that was renamed is known by its port', async () => {
  await converse().addTunnel(entry('ssh', port))
  const [before] = tunnels.list()
  await converse().addTunnel(entry('shell', port))
  expect(tunnels.list()).toMatchObject([{ id: before?.id, name: 'shell', pushedBy: 'agent' }])
})

test('the port of a tunnel that a person made stays as that person made it', async () => {
  const made = await tunnels.add({ clientId: 1, mode: 'tcp', name: 'mine', port, target: '127.0.0.1:1' })
  expect(await converse().addTunnel(entry('ssh', port))).toBe(true)
  expect(tunnels.list()).toMatchObject([{ id: made.id, name: 'mine', target: '127.0.0.1:1', pushedBy: null }])
})

test('limits hold, and what is refused is named in the log', async () => {
  const receiver = converse()
  for (let at = 0; at < 3; at++) expect(await receiver.addTunnel(entry(`t${at}`, port + at))).toBe(true)
  expect(await receiver.addTunnel(entry('fourth', port + 3))).toBe(false)
  expect(log).toMatch(/refused.*entry=fourth.*code=limit-reached/)
  clients.edit(1, { settings: { mayPush: false } })
  expect(pushed.receiver({ id: 1 }, '203.0.113.7')).toBeUndefined()
})

test('the relay’s own ports are taken on every address, and a server address is left out unless it is allowed', async () => {
  const on = (Remark: string, Ports: number, ServerIp: string) =>
    decodePushedTunnel(
      Buffer.from(
        JSON.stringify({ Mode: 'tcp', Remark, Ports: String(Ports), ServerIp, Target: { TargetStr: '22' } }),
      ),
    )
  for (const own of [8024, ownPort])
    for (const address of ['', '::1', '127.0.0.1'])
      expect(await converse().addTunnel(on('bridge', own, address))).toBe(false)
  expect(log).toMatch(/refused.*entry=bridge.*code=port-taken/)
  expect(await converse().addTunnel(on('ssh', port, '127.0.0.2'))).toBe(true)
  expect(tunnels.list().map(({ settings }) => settings.listenIp)).toEqual([undefined])
  expect(log).toMatch(/server_ip of a pushed tunnel is left out.*entry=ssh serverIp=127.0.0.2/)
  clients.edit(1, { settings: { pushAddress: true } })
  expect(await converse().addTunnel(on('ssh', port, '127.0.0.2'))).toBe(true)
  expect(tunnels.list().map(({ settings }) => settings.listenIp)).toEqual(['127.0.0.2'])
})

test('an agent brings 64 tunnels, unless its client’s limit says otherwise', async () => {
  const { id } = clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  const receiver = pushed.receiver({ id }, '203.0.113.7')
  const secret = (at: number) =>
    decodePushedTunnel(
      Buffer.from(
        JSON.stringify({
          Mode: 'secret',
          Remark: `s${at}`,
          Password: `a-password-of-its-own-${at}`,
          Target: { TargetStr: '22' },
        }),
      ),
    )
  for (let at = 0; at < 64; at++) expect(await receiver?.addTunnel(secret(at))).toBe(true)
  expect(await receiver?.addTunnel(secret(64))).toBe(false)
  await tunnels.add({ clientId: id, mode: 'tcp', name: 'by hand', port, target: '127.0.0.1:1' })
})

test('passwords of others’ private tunnels cannot be tried out by bringing them', async () => {
  await tunnels.add({
    clientId: 1,
    mode: 'private',
    target: '127.0.0.1:1',
    settings: { password: 'guess me' },
  })
  const { id } = clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  const bring = (Password: string, at: number) => {
    const entryOf = { Mode: 'secret', Remark: `s${at}`, Password, Target: { TargetStr: '22' } }
    return pushed
      .receiver({ id }, '203.0.113.7')
      ?.addTunnel(decodePushedTunnel(Buffer.from(JSON.stringify(entryOf))))
  }
  for (let at = 0; at < 5; at++) expect(await bring('guess me', at)).toBe(false)
  expect(await bring('not one of theirs', 6)).toBe(false)
  expect(log).toMatch(/entry=s6.*code=limit-reached/)
})

const privately = (Remark: string, Password: string) =>
  decodePushedTunnel(
    Buffer.from(JSON.stringify({ Mode: 'secret', Remark, Password, Target: { TargetStr: '22' } })),
  )

test('two sections of one npc.conf with one password are a mistake, however often it comes, and no guess', async () => {
  for (let time = 0; time < 7; time++) {
    const receiver = converse()
    expect(await receiver.addTunnel(privately('first', 'one password for two'))).toBe(true)
    expect(await receiver.addTunnel(privately('second', 'one password for two'))).toBe(false)
  }
})

test('who has guessed loses no tunnel that it brought before', async () => {
  const { id } = clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  await pushed.receiver({ id }, '203.0.113.8')?.addTunnel(privately('theirs', 'the password of theirs'))
  for (let time = 0; time < 7; time++) {
    const receiver = converse()
    expect(await receiver.addTunnel(privately('copied', 'the password of theirs'))).toBe(false)
    await receiver.addTunnel(privately('own', 'a password of its own'))
    receiver.done()
    online(1).leave()
    await tunnels.retryFailed()
  }
  expect(tunnels.list().map(({ name }) => name)).toEqual(['theirs', 'own'])
})

test('status tells what listens, of an agent that is online, and of nobody else’s', async () => {
  const receiver = converse()
  await receiver.addTunnel(entry('ssh', port))
  expect(receiver.running(md5Hex(vkey))).toEqual([])
  online(1)
  expect(receiver.running(md5Hex(vkey))).toEqual(['ssh'])
  clients.add({ name: 'other', vkey: 'another-key-0123456789' })
  online(2)
  expect(receiver.running(md5Hex('another-key-0123456789'))).toEqual([])
})

test('a temporary client is known by remark and address, and goes ten minutes after its agent', async () => {
  const gone = () => clients.list().filter(({ isTemporary }) => isTemporary).length === 0
  const one = await temporary.obtain(asked('lab'), '203.0.113.7')
  expect(one).toMatchObject({ name: 'lab', limits: { maxConnections: 7 } })
  expect(one.vkey).toHaveLength(16)
  expect((await temporary.obtain(asked('lab'), '203.0.113.7')).id).toBe(one.id)
  expect((await temporary.obtain(asked('lab'), '203.0.113.8')).id).not.toBe(one.id)
  const agent = online(one.id)
  nowMs += 30 * minuteMs
  await temporary.removeLeft()
  expect(
    clients
      .list()
      .filter(({ isTemporary }) => isTemporary)
      .map(({ id }) => id),
  ).toEqual([one.id])
  agent.leave()
  await expect.poll(() => agents.get(one.id)).toBeUndefined()
  clients.noteOnline()
  nowMs += 9 * minuteMs
  await temporary.removeLeft()
  expect(gone()).toBe(false)
  nowMs += 2 * minuteMs
  await temporary.removeLeft()
  expect(gone()).toBe(true)
  expect(clients.list().map(({ name }) => name)).toEqual(['lab'])
})

test('without a remark, two agents of one address are two clients', async () => {
  const first = await temporary.obtain(asked(''), '203.0.113.7')
  const agent = online(first.id)
  const second = await temporary.obtain(asked(''), '203.0.113.7')
  expect(second.id).not.toBe(first.id)
  agent.leave()
  await expect.poll(() => agents.get(first.id)).toBeUndefined()
  expect((await temporary.obtain(asked(''), '203.0.113.7')).id).toBe(first.id)
})

test('one address makes 32 temporary clients, and no more', async () => {
  for (let at = 0; at < 32; at++) await temporary.obtain(asked(`lab ${at}`), '203.0.113.7')
  await expect(temporary.obtain(asked('one more'), '203.0.113.7')).rejects.toMatchObject({
    code: 'limit-reached',
  })
  expect((await temporary.obtain(asked('elsewhere'), '203.0.113.8')).name).toBe('elsewhere')
})

describe('host names that an agent brings', () => {
  const host = (name: string, location = '/', Remark = `${name}${location}`) =>
    decodePushedHost(
      Buffer.from(
        JSON.stringify({ Host: name, Location: location, Remark, Target: { TargetStr: '127.0.0.1:80' } }),
      ),
    )
  const states = () =>
    tunnels
      .list()
      .map(({ settings, status }) => [
        settings.host?.name,
        status.state === 'failed' ? status.failure.code : status.state,
      ])
  const byPerson = (clientId: number, name: string, path = '/') =>
    tunnels.add({
      clientId,
      mode: 'host',
      target: '127.0.0.1:80',
      settings: { host: { name, path, scheme: 'all' } },
    })
  beforeEach(async () => {
    clients.add({ name: 'other', vkey: 'another-key-0123456789' })
    await byPerson(2, 'lab.example.com')
    await byPerson(2, '*.corp.example.com', '/wiki')
    const stopped = await byPerson(2, 'stopped.example.com')
    await tunnels.stop(stopped.id)
  })

  test.each([
    ['lab.example.com', '/'],
    ['LAB.example.com', '/login'],
    ['*.example.com', '/'],
    ['wiki.corp.example.com', '/'],
    ['wiki.corp.example.com', '/wiki/deep'],
    ['*.a.corp.example.com', '/wik'],
    ['stopped.example.com', '/'],
    ['*', '/'],
  ])('%s%s of another client is neither taken nor covered, and no part of it taken', async (name, path) => {
    expect(await converse().addHost(host(name, path))).toBe(false)
    expect(tunnels.list()).toHaveLength(3)
    expect(log).toMatch(/a pushed part of npc\.conf was refused .*code=host-not-allowed/)
  })

  test.each([
    ['own.example.com', '/'],
    ['notlab.example.com', '/'],
    ['wiki.corp.example.com', '/other'],
  ])('%s%s is free', async (name, path) => {
    expect(await converse().addHost(host(name, path))).toBe(true)
  })

  test('only the names that its client allows, beside the * of another client too', async () => {
    await byPerson(2, '*')
    expect(await converse().addHost(host('own.org'))).toBe(false)
    clients.edit(1, { settings: { pushHosts: ['own.org', '*.own.org'] } })
    expect(await converse().addHost(host('own.org'))).toBe(true)
    expect(await converse().addHost(host('deep.er.own.org'))).toBe(true)
    expect(await converse().addHost(host('notown.org'))).toBe(false)
    clients.edit(1, { settings: { pushHosts: ['elsewhere.org'] } })
    await tunnels.reviewHosts()
    expect(states().slice(-2)).toEqual([
      ['own.org', 'host-not-allowed'],
      ['deep.er.own.org', 'host-not-allowed'],
    ])
  })

  test('a name that was taken before its owner came gives way to what a person adds', async () => {
    await converse().addHost(host('new.example.com', '/login'))
    expect(states().at(-1)).toEqual(['new.example.com', 'listening'])
    await byPerson(2, 'new.example.com')
    expect(states().slice(-2)).toEqual([
      ['new.example.com', 'host-not-allowed'],
      ['new.example.com', 'listening'],
    ])
    await tunnels.retryFailed()
    expect(states().at(-2)).toEqual(['new.example.com', 'host-not-allowed'])
  })

  test('a tunnel that is there already cannot be changed into another client’s', async () => {
    await converse().addHost(host('first.org', '/', 'mine'))
    const second = pushed.receiver({ id: 2 }, '203.0.113.8')
    expect(await second?.addHost(host('second.org'))).toBe(true)
    expect(await converse().addHost(host('second.org', '/login', 'mine'))).toBe(false)
    expect(states().slice(-2)).toEqual([
      ['first.org', 'listening'],
      ['second.org', 'listening'],
    ])
  })
})
