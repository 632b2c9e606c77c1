import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server as TcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActivityEvent, Overview, Tunnel } from '@nps-desktop/electron/contract'
import { Agent } from '@nps-desktop/relay-core/client'
import { relayDefaults } from '@nps-desktop/relay-core/config'
import { silentLog } from '@nps-desktop/relay-core/log'
import { connectRelay, type RelayConnection } from '@nps-desktop/relay-core/remote'
import { Secret } from '@nps-desktop/relay-core/secret'
import { Relay } from '@nps-desktop/relay-core/server'
import { createRouterClient, type RouterClient } from '@orpc/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHeadlessShell } from '../../headless/headless-shell.ts'
import { type Backend, createBackend } from '../backend.ts'
import type { DesktopRouter } from '../router.ts'

type Opened = Awaited<ReturnType<Relay['start']>>

let folder: string
let relay: Relay
let opened: Opened
let agent: Agent | undefined
let sshd: TcpServer
let backend: Backend
let app: RouterClient<DesktopRouter>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-desktop-overview-'))
  await openRelay(0, 'relay')
  sshd = createServer((socket) => socket.on('error', () => socket.destroy()).end('SSH-2.0-test\r\n'))
  await new Promise<void>((resolve) => sshd.listen(0, '127.0.0.1', resolve))
  await openApp()
})

afterEach(async () => {
  await backend.close()
  await agent?.close()
  await relay.close()
  await new Promise((resolve) => sshd.close(resolve))
  await rm(folder, { recursive: true })
})

async function openRelay(bridgePort: number, state: string): Promise<void> {
  relay = new Relay({
    config: { ...relayDefaults, bridgeIp: '127.0.0.1', bridgePort },
    folder: join(folder, state),
    tunnelHost: '127.0.0.1',
    writeLog: () => undefined,
  })
  opened = await relay.start()
}

async function openApp(): Promise<void> {
  const shell = await createHeadlessShell({
    version: '0.0.0',
    dataFolder: join(folder, 'app'),
    programsFolder: folder,
  })
  backend = await createBackend({ shell })
  app = createRouterClient(backend.router)
}

async function connectApp(): Promise<string> {
  const { bridgePort, adminKey, fingerprint } = opened
  const answer = await app.servers.connect({ host: '127.0.0.1', bridgePort, adminKey: adminKey.reveal() })
  expect(answer.fingerprint).toBe(fingerprint)
  return answer.serverId
}

async function activity(): Promise<ActivityEvent[]> {
  for await (const lines of await app.activity.watch({})) return lines
  throw new Error('the feed ended')
}

async function overviewWhere(isSo: (overview: Overview) => boolean): Promise<Overview> {
  for await (const overview of await app.overview.watch({})) if (isSo(overview)) return overview
  throw new Error('the feed ended')
}

async function tunnelWhere(isSo: (tunnel: Tunnel) => boolean): Promise<Tunnel> {
  const { tunnels } = await overviewWhere(({ tunnels: all }) => all.some(isSo))
  const found = tunnels.find(isSo)
  if (!found) throw new Error('no such tunnel')
  return found
}

/** A server with one lab box and one tunnel to the test's own ssh banner, ready. */
async function readyTunnel(): Promise<Tunnel> {
  const serverId = await connectApp()
  await overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  const { labId } = await app.labs.add({ serverId, name: 'a100', address: null })
  await startAgent(await vkeyOf(labId))
  await overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
  const target = `127.0.0.1:${(sshd.address() as AddressInfo).port}`
  await app.tunnels.addTcp({ labId, name: 'SSH', target })
  return tunnelWhere(({ status }) => status.state === 'ready')
}

/** The relay asked directly, as its command line or web console would. */
function askRelay(): Promise<RelayConnection> {
  const { bridgePort, adminKey, fingerprint } = opened
  return connectRelay({
    host: '127.0.0.1',
    port: bridgePort,
    adminKey,
    fingerprint,
    signal: AbortSignal.timeout(20_000),
  })
}

async function vkeyOf(labId: string): Promise<string> {
  const { client, close } = await askRelay()
  const id = Number(labId.slice(labId.lastIndexOf('-c') + 2))
  const { vkey } = await client.clients.command({ id, host: '127.0.0.1' })
  close()
  return vkey
}

async function startAgent(vkey: string): Promise<void> {
  agent = new Agent({
    server: `127.0.0.1:${opened.bridgePort}`,
    vkey: new Secret(vkey),
    fingerprint: opened.fingerprint,
    log: silentLog,
  })
  agent.start()
}

test('a server that goes away is not known since then, and comes back by itself', async () => {
  const ready = await readyTunnel()
  expect(ready).toMatchObject({ kind: 'tcp', address: `127.0.0.1:${ready.port}` })
  const { bridgePort } = opened

  await relay.close()
  const lost = await tunnelWhere(({ status }) => status.state === 'unknown')
  expect(lost.stops.filter((stop) => stop.state === 'ok').map((stop) => stop.name)).toEqual(['laptop'])
  const down = await tunnelWhere(({ stops }) => stops[1]?.state === 'failed')
  expect(down.stops[1]?.failure).toMatchObject({ code: 'relay-unreachable', params: { host: '127.0.0.1' } })
  expect(down.status.state).toBe('unknown')
  const offline = await overviewWhere(({ labs }) => labs[0]?.state.state === 'unknown')
  expect(offline.labs[0]?.name).toBe('a100')

  await openRelay(bridgePort, 'relay')
  await tunnelWhere(({ status }) => status.state === 'ready')
  const codes = (await activity()).map(({ code }) => code)
  expect(codes).toContain('server-offline')
  expect(codes.filter((code) => code === 'server-online')).toHaveLength(2)
})

test('a lab box that goes away breaks its tunnels at once, at the lab stop', async () => {
  await readyTunnel()
  await agent?.close()
  const broken = await tunnelWhere(({ status }) => status.state === 'broken')
  expect(broken.status).toMatchObject({
    stop: 'lab',
    failure: { code: 'agent-offline', params: { lab: 'a100' } },
  })
  agent?.start()
  await tunnelWhere(({ status }) => status.state === 'ready')
})

test('the service’s end is found by the next check, and so is its return', async () => {
  const { id: tunnelId, target } = await readyTunnel()
  await new Promise((resolve) => sshd.close(resolve))
  const broken = await app.tunnels.check({ tunnelId })
  expect(broken.status).toMatchObject({
    state: 'broken',
    stop: 'service',
    failure: { code: 'target-refused' },
  })
  await new Promise<void>((resolve) => sshd.listen(Number(target.split(':')[1]), '127.0.0.1', resolve))
  expect((await app.tunnels.check({ tunnelId })).status.state).toBe('ready')
})

test('started while the server is away, the app shows what it knew, and green for nothing', async () => {
  const { port } = await readyTunnel()
  await backend.close()
  await relay.close()
  await openApp()
  const { tunnels, labs } = await overviewWhere(({ servers }) => servers[0]?.link.state === 'waiting')
  expect(labs).toMatchObject([{ name: 'a100', state: { state: 'unknown' } }])
  expect(tunnels).toMatchObject([{ name: 'SSH', port, status: { state: 'unknown' } }])
})

test('what is made and removed elsewhere appears and goes', async () => {
  const serverId = await connectApp()
  const { client, close } = await askRelay()
  try {
    const { id } = await client.clients.add({ name: 'by-hand' })
    await client.tunnels.add({ clientId: id, target: '127.0.0.1:6006' })
    const seen = await overviewWhere(({ tunnels }) => tunnels.length === 1)
    expect(seen.labs).toMatchObject([{ serverId, name: 'by-hand', state: { state: 'waiting' } }])
    expect(seen.tunnels).toMatchObject([{ kind: 'tensorboard', labId: seen.labs[0]?.id }])
    await client.clients.edit({ id, name: 'renamed' })
    await overviewWhere(({ labs }) => labs[0]?.name === 'renamed')
    await client.clients.remove({ id })
    await overviewWhere(({ labs, tunnels }) => labs.length === 0 && tunnels.length === 0)
  } finally {
    close()
  }
})

test('another identity on the same port is refused and not tried again; nothing green remains', async () => {
  await readyTunnel()
  const { bridgePort } = opened
  await relay.close()
  await agent?.close()
  await openRelay(bridgePort, 'impostor')
  const { servers, tunnels } = await overviewWhere((one) => one.servers[0]?.link.state === 'failed')
  expect(servers[0]?.link).toMatchObject({ failure: { code: 'server-identity-changed' } })
  expect(tunnels[0]?.status.state).toBe('unknown')
})

test('a wrong key, and a server that is not there, are told at once and leave nothing behind', async () => {
  const wrong = { host: '127.0.0.1', bridgePort: opened.bridgePort, adminKey: 'x'.repeat(43) }
  await expect(app.servers.connect(wrong)).rejects.toMatchObject({
    data: { failure: { code: 'wrong-admin-key' } },
  })
  const nobody = { ...wrong, bridgePort: 1 }
  await expect(app.servers.connect(nobody)).rejects.toMatchObject({
    data: { failure: { code: 'relay-unreachable' } },
  })
  expect((await overviewWhere(() => true)).servers).toEqual([])
})

test('a deletion outlives the app: what was due is finished at the next start', async () => {
  const { id: tunnelId } = await readyTunnel()
  await app.tunnels.remove({ tunnelId })
  await backend.close()
  await openApp()
  await overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  expect((await overviewWhere(() => true)).tunnels).toEqual([])
  const { client, close } = await askRelay()
  try {
    for await (const tunnels of await client.tunnels.watch({})) if (tunnels.length === 0) break
  } finally {
    close()
  }
  await expect(app.tunnels.undoRemove({ tunnelId })).rejects.toMatchObject({
    data: { failure: { code: 'not-found' } },
  })
})
