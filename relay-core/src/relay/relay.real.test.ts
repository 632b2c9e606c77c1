import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Agent } from '../agent/agent.ts'
import { PortRanges } from '../net/address/port-ranges.ts'
import { silentLog } from '../log/log.ts'
import { connectControlSocket } from '../api-client/connect-control-socket.ts'
import { controlPath } from '../api-client/control-path.ts'
import { reloadRelay } from '../api-client/reload-relay.ts'
import { connectRelay, Secret, type RelayConnection } from '../api-client/index.ts'
import { loopbackRelay } from '../testing/loopback-relay.ts'
import type { RelayOptions } from './relay-options.ts'
import { Relay } from './relay.ts'

let folder: string
let echo: Server
let lines: string[]
const open: { close(): unknown }[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-'))
  lines = []
  echo = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
  await new Promise((resolve) => echo.close(resolve))
  rmSync(folder, { recursive: true })
})

const connectTimeoutMs = 25_000

async function startRelay(options: Partial<RelayOptions> = {}) {
  const relay = new Relay({
    config: loopbackRelay,
    folder: join(folder, 'state'),
    tunnelHost: '127.0.0.1',
    writeLog: (line) => lines.push(line),
    ...options,
  })
  const started = await relay.start()
  open.push(relay)
  return { relay, ...started }
}

async function admin({
  bridgePort,
  adminKey,
}: {
  bridgePort: number
  adminKey: Secret
}): Promise<RelayConnection> {
  const signal = AbortSignal.timeout(connectTimeoutMs)
  const connection = await connectRelay({ host: '127.0.0.1', port: bridgePort, adminKey, signal })
  open.push(connection)
  return connection
}

async function until<T>(feed: AsyncIterable<T>, found: (value: T) => boolean): Promise<T> {
  for await (const value of feed) if (found(value)) return value
  throw new Error('the feed ended')
}

test('client, agent, tunnel, probe, bytes and history, by the admin key over the bridge', async () => {
  const started = await startRelay()
  const { client: api, fingerprint } = await admin(started)
  expect(fingerprint).toBe(started.fingerprint)
  expect(await api.status.caller({})).toEqual({ address: '127.0.0.1' })
  const lab = await api.clients.add({ name: 'lab' })
  const { command, vkey } = await api.clients.command({ id: lab.id, host: '127.0.0.1' })
  expect(command).toBe(
    `npc -server=127.0.0.1:${started.bridgePort} -vkey=${vkey} -type=tcp -fingerprint=${fingerprint}`,
  )
  const target = `127.0.0.1:${(echo.address() as AddressInfo).port}`
  const tunnel = await api.tunnels.add({ clientId: lab.id, target })
  expect(tunnel).toMatchObject({ mode: 'tcp', enabled: true, status: { state: 'listening' } })
  expect((await api.tunnels.probe({ id: tunnel.id })).hops.map(({ state }) => state)).toEqual([
    'ok',
    'failed',
    'skipped',
  ])

  const agent = new Agent({
    server: `127.0.0.1:${started.bridgePort}`,
    vkey: new Secret(vkey),
    fingerprint,
    log: silentLog,
  })
  open.push(agent)
  agent.start()
  await until(await api.clients.watch({}), ([first]) => first?.agent.state === 'online')
  expect((await api.tunnels.probe({ id: tunnel.id })).hops.map(({ state }) => state)).toEqual([
    'ok',
    'ok',
    'ok',
  ])

  const live = await api.traffic.live({})
  const visitor = connect(tunnel.port ?? 0, '127.0.0.1')
  visitor.end('hello')
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    visitor.on('data', (chunk) => (text += chunk.toString()))
    visitor.on('end', () => resolve(text)).on('error', reject)
  })
  expect(answer).toBe('hello')
  await until(live, ({ tunnels }) =>
    tunnels.some(({ downBytes, upBytes }) => downBytes === 5 && upBytes === 5),
  )
  const history = await api.traffic.history({ range: 'hour', tunnelId: tunnel.id })
  const upOf = ({ points }: typeof history) => points.reduce((sum, { upBytes }) => sum + (upBytes ?? 0), 0)
  expect(upOf(history)).toBe(5)
  const other = await api.clients.add({ name: 'other' })
  expect(upOf(await api.traffic.history({ range: 'hour', clientId: lab.id }))).toBe(5)
  expect(upOf(await api.traffic.history({ range: 'hour', clientId: other.id }))).toBe(0)
  await api.clients.remove({ id: other.id })
  await expect(api.traffic.history({ range: 'hour', clientId: other.id })).rejects.toThrow(/client/i)

  await api.tunnels.stop({ id: tunnel.id })
  expect(await api.tunnels.list({})).toMatchObject([
    { status: { state: 'stopped' }, downBytes: 5, upBytes: 5 },
  ])
  await api.clients.remove({ id: lab.id })
  expect(await api.tunnels.list({})).toEqual([])
})

test('state survives a restart; totals too', async () => {
  const first = await startRelay()
  const { client: api } = await admin(first)
  const lab = await api.clients.add({ name: 'lab' })
  const tunnel = await api.tunnels.add({ clientId: lab.id, name: 'ssh', target: '127.0.0.1:22' })
  await first.relay.close()
  const second = await startRelay()
  expect(second.fingerprint).toBe(first.fingerprint)
  const again = await admin(second)
  expect(await again.client.tunnels.list({})).toMatchObject([
    { id: tunnel.id, name: 'ssh', port: tunnel.port, status: { state: 'listening' } },
  ])
  expect(await again.client.clients.list({})).toMatchObject([{ id: lab.id, vkey: lab.vkey }])
})

test('coded refusals reach the caller', async () => {
  const started = await startRelay({
    config: { ...loopbackRelay, allowPorts: new PortRanges([{ first: 1, last: 1023 }]) },
  })
  const { client: api } = await admin(started)
  await expect(api.tunnels.add({ clientId: 7, target: 'a:1' })).rejects.toMatchObject({ code: 'not-found' })
  const lab = await api.clients.add({ name: 'lab' })
  const add = (port: number) => api.tunnels.add({ clientId: lab.id, port, target: '127.0.0.1:22' })
  await expect(add(7001)).rejects.toMatchObject({
    code: 'port-not-allowed',
    params: { allowPorts: '1-1023' },
  })
  await expect(api.clients.add({ name: '' })).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(api.config.get({})).rejects.toMatchObject({ code: 'not-possible-here' })
  await expect(
    connectRelay({
      host: '127.0.0.1',
      port: started.bridgePort,
      adminKey: new Secret('x'.repeat(43)),
      signal: AbortSignal.timeout(connectTimeoutMs),
    }),
  ).rejects.toMatchObject({ code: 'wrong-admin-key' })
  await expect(
    connectRelay({
      host: '127.0.0.1',
      port: started.bridgePort,
      adminKey: started.adminKey,
      fingerprint: `sha256:${'A'.repeat(43)}`,
      signal: AbortSignal.timeout(connectTimeoutMs),
    }),
  ).rejects.toMatchObject({ code: 'fingerprint-changed' })
})

test('a port in use is refused and leaves nothing behind', async () => {
  const { client: api } = await admin(await startRelay())
  const lab = await api.clients.add({ name: 'lab' })
  const { port } = echo.address() as AddressInfo
  const add = api.tunnels.add({ clientId: lab.id, port, target: '127.0.0.1:22' })
  await expect(add).rejects.toMatchObject({ code: 'port-taken', params: { port } })
  expect(await api.tunnels.list({})).toEqual([])
})

test('a start that fails closes what it has opened: the same state starts as soon as the port is free', async () => {
  const { port } = echo.address() as AddressInfo
  const taken = { ...loopbackRelay, bridgePort: port }
  await expect(startRelay({ config: taken, controlSocket: true })).rejects.toMatchObject({
    code: 'port-taken',
  })
  await startRelay({ controlSocket: true })
  expect(lines.filter((line) => line.includes('nps has stopped'))).toEqual([])
})

test('the control socket serves its owner, reloads nps.conf, and is the lock of the state folder', async () => {
  const configPath = join(folder, 'nps.conf')
  writeFileSync(configPath, 'bridge_port=8024\nbridge_ip=127.0.0.1\nallow_ports=7000-7001\n')
  await startRelay({ controlSocket: true, configPath })
  const socket = controlPath(join(folder, 'state'))
  expect(statSync(socket.address).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700)
  const local = await connectControlSocket(socket)
  open.push(local)
  await expect(startRelay({ controlSocket: true })).rejects.toThrow('Another nps runs with the state in')

  expect(await reloadRelay(socket)).toContain('Settings applied.')
  expect(await local.client.status.get({})).toMatchObject({ allowPorts: '7000-7001' })
  expect(await local.client.status.caller({})).toEqual({ address: null })
  writeFileSync(configPath, 'bridge_port=nonsense\n')
  await expect(reloadRelay(socket)).rejects.toThrow(`${configPath}:1: bridge_port needs a port`)

  const { text, revision, warnings } = await local.client.config.get({})
  expect(warnings).toMatchObject([{ line: 1 }])
  const save = (changed: string, on = revision) => local.client.config.save({ text: changed, revision: on })
  await expect(save(text)).rejects.toMatchObject({ code: 'config-invalid', params: { line: 1 } })
  await expect(save('log_level=6\n', 'other')).rejects.toMatchObject({ code: 'config-changed' })
  // It was started on any free port, which is another one than that of the file.
  expect(await save('bridge_ip=127.0.0.1\nallow_ports=7005\n')).toMatchObject({ restartNeeded: true })
  expect(await local.client.status.get({})).toMatchObject({ allowPorts: '7005' })
})

test('a changed log_level counts at once; what waits for a restart is named, until it is put back', async () => {
  const configPath = join(folder, 'conf', 'nps.conf')
  mkdirSync(join(folder, 'conf'))
  const write = (more: string) => writeFileSync(configPath, `bridge_ip=127.0.0.1\n${more}`)
  write('')
  await startRelay({ controlSocket: true, configPath })
  const socket = controlPath(join(folder, 'state'))
  const local = await connectControlSocket(socket)
  open.push(local)
  const said = () => lines.filter((line) => line.includes('client added')).length
  write('log_level=error\n')
  await reloadRelay(socket)
  await local.client.clients.add({ name: 'unheard' })
  expect(said()).toBe(0)
  write('log_level=info\nlog_path=/elsewhere/nps.log\n')
  expect(await reloadRelay(socket)).toMatch(/Waiting for "nps restart": .*log_path/)
  await local.client.clients.add({ name: 'heard' })
  expect(said()).toBe(1)
  write('log_path=/elsewhere/nps.log\nallow_ports=7000\n')
  expect(await reloadRelay(socket)).toContain('log_path')
  write('allow_ports=7000\n')
  expect(await reloadRelay(socket)).not.toContain('log_path')
})

test('over the API the log stays in its own folders', async () => {
  const configPath = join(folder, 'conf', 'nps.conf')
  mkdirSync(join(folder, 'conf'))
  writeFileSync(configPath, '# c\n')
  await startRelay({ controlSocket: true, configPath })
  const local = await connectControlSocket(controlPath(join(folder, 'state')))
  open.push(local)
  const save = async (path: string) => {
    const { revision } = await local.client.config.get({})
    return local.client.config.save({ text: `# c\nlog_path=${path}\n`, revision })
  }
  const wrong = [
    '/etc/profile.d/zz.sh',
    '/var/log/auth.log',
    `${folder}/state/../nps.log`,
    `${folder}/state/relay.db`,
  ]
  for (const path of wrong)
    await expect(save(path)).rejects.toMatchObject({
      code: 'config-invalid',
      params: { line: 2, key: 'log_path' },
    })
  expect(readFileSync(configPath, 'utf8')).toBe('# c\n')
  await expect(save(`${folder}/log/nps.log`)).resolves.toMatchObject({ restartNeeded: true })
  // By hand it may be anywhere, and then stays there.
  writeFileSync(configPath, 'log_path=/srv/logs/nps.txt\n')
  await expect(save('/srv/logs/nps.txt')).resolves.toMatchObject({ restartNeeded: true })
})

test('the log can be followed, and no secret is in it', async () => {
  const started = await startRelay()
  const { client: api } = await admin(started)
  const lab = await api.clients.add({ name: 'lab\nforged line' })
  const tail = await api.log.tail({})
  const { lines: shown } = await until(tail, () => true)
  expect(shown.join('\n')).toContain('client added')
  expect(shown.every((line) => /^\d{4}-/.test(line))).toBe(true)
  expect(lines.join('')).not.toContain(lab.vkey)
  expect(lines.join('')).not.toContain(started.adminKey.reveal())
})

test('the app learns within moments that the relay has gone', async () => {
  const started = await startRelay()
  const connection = await admin(started)
  const feed = await connection.client.clients.watch({})
  await started.relay.close()
  await expect(connection.closed).resolves.toHaveProperty('reason')
  await expect(until(feed, () => false)).rejects.toMatchObject({ code: 'relay-unreachable' })
  await expect(connection.client.status.get({})).rejects.toMatchObject({ code: 'relay-unreachable' })
})
