import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Overview, Tunnel } from '@nps-desktop/electron/contract'
import { createRouterClient, type RouterClient } from '@orpc/server'
import ssh2 from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createHeadlessShell } from '../../headless/headless-shell.ts'
import { type DesktopBackend, openBackend } from '../desktop/desktop-backend.ts'
import type { DesktopRouter } from '../desktop/desktop-router.ts'
import { trialFolder } from './trial-machine.ts'

let dataFolder: string
let backend: DesktopBackend
let client: RouterClient<DesktopRouter>

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-trial-'))
  await open()
})

afterEach(async () => {
  await backend.close()
  await rm(dataFolder, { recursive: true })
})

async function open(): Promise<void> {
  const shell = await createHeadlessShell({ version: '0.0.0', dataFolder, programsFolder: dataFolder })
  backend = await openBackend({ shell })
  client = createRouterClient(backend.router)
}

/** The first overview for which it holds; the test's deadline is the limit. */
async function overviewWhere(isSo: (overview: Overview) => boolean): Promise<Overview> {
  const stop = new AbortController()
  for await (const overview of await client.overview.watch({}, { signal: stop.signal })) {
    if (isSo(overview)) return overview
  }
  throw new Error('the feed ended')
}

function allReady({ tunnels }: Overview): boolean {
  return tunnels.length === 3 && tunnels.every(({ status }) => status.state === 'ready')
}

function tunnelOf({ tunnels }: Overview, kind: Tunnel['kind']): Tunnel {
  const found = tunnels.find((tunnel) => tunnel.kind === kind)
  if (!found) throw new Error(`no tunnel of kind ${kind}`)
  return found
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}

/** `host`: another name than that of the address. */
function fetchText(url: string, host = new URL(url).host): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { host } }, (response) => {
      text(response).then(resolve, reject)
    }).once('error', reject)
  })
}

test('one click in: three tunnels are ready by all five stops; one click out: nothing is left', async () => {
  const { serverId } = await client.trial.start({})
  const overview = await overviewWhere(allReady)
  expect(overview.trial).toBe(true)
  for (const tunnel of overview.tunnels) {
    expect(tunnel.stops.map((stop) => `${stop.name} ${stop.state}`)).toEqual([
      'laptop ok',
      'server ok',
      'port ok',
      'lab ok',
      'service ok',
    ])
  }
  expect(overview.servers).toMatchObject([{ id: serverId, local: true, link: { state: 'online' } }])
  expect(await client.trial.start({})).toEqual({ serverId })

  await client.trial.stop({})
  const after = await overviewWhere(({ servers }) => servers.length === 0)
  expect(after).toMatchObject({ labs: [], tunnels: [], trial: false })
  const ports = [...overview.tunnels.map(({ port }) => port), overview.servers[0]?.relay?.bridgePort ?? 0]
  expect(await Promise.all(ports.map(isRefused))).toEqual([true, true, true, true])
  expect(existsSync(trialFolder(dataFolder))).toBe(false)
  expect((await readdir(dataFolder)).filter((name) => !name.startsWith('nps-desktop.sqlite'))).toEqual([
    'secret-key',
  ])
  const activity = await (await client.activity.watch({})).next()
  expect(activity.value).toEqual([])
})

test('by the time the trial leaves the screen none of its ports is open', async () => {
  await client.trial.start({})
  const { tunnels } = await overviewWhere(allReady)
  const stopped = client.trial.stop({})
  await overviewWhere(({ servers }) => servers.length === 0)
  expect(await Promise.all(tunnels.map(({ port }) => isRefused(port)))).toEqual([true, true, true])
  await stopped
})

test('real bytes go through each tunnel and are counted', async () => {
  await client.trial.start({})
  const overview = await overviewWhere(allReady)

  expect(await fetchText(tunnelOf(overview, 'tensorboard').address)).toContain('Sample board')
  const { url } = await client.tunnels.openAddress({ tunnelId: tunnelOf(overview, 'jupyter').id })
  expect(await fetchText(url)).toContain('Sample notebook')

  const wanted = 4 * 1024 * 1024
  const socket = new WebSocket(url.replace('http', 'ws'))
  let received = 0
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send('run'))
    socket.once('error', reject)
    socket.on('message', (piece: Buffer) => {
      received += piece.length
      if (received >= wanted) resolve()
    })
  })
  socket.terminate()
  const counted = await overviewWhere((one) => tunnelOf(one, 'jupyter').downBytes >= wanted)
  expect(tunnelOf(counted, 'jupyter').downBytes).toBeLessThan(wanted * 1.2)
  const history = await client.traffic.history({ tunnelId: tunnelOf(overview, 'jupyter').id, range: 'hour' })
  const total = history.points.reduce((sum, point) => sum + (point.downBytes ?? 0), 0)
  expect(total).toBeGreaterThanOrEqual(wanted)
})

test('the sample shell answers a real ssh client through its tunnel', async () => {
  await client.trial.start({})
  const { port } = tunnelOf(await overviewWhere(allReady), 'ssh')
  const visitor = new ssh2.Client()
  const output = await new Promise<string>((resolve, reject) => {
    visitor.once('error', reject)
    visitor.once('ready', () => {
      visitor.exec('rm -rf /', (error, channel) => {
        if (error) return reject(error)
        let said = ''
        channel.on('data', (part: Buffer) => (said += part.toString()))
        channel.once('close', () => resolve(said))
      })
    })
    visitor.connect({ host: '127.0.0.1', port, username: 'guest' })
  })
  visitor.end()
  expect(output).toContain('was not run')
})

test('a web address of this computer shows a page of the lab box', async () => {
  await client.trial.start({})
  const { labId, target } = tunnelOf(await overviewWhere(allReady), 'tensorboard')
  const { httpPort } = await client.tunnelValues.place({ labId })
  const settings = { host: { scheme: 'all', name: 'demo.localhost', path: '/' } } as const
  const wish = { kind: 'host', reach: 'anyone', name: 'demo', target, settings, limits: {} } as const
  const { tunnelId } = await client.tunnelValues.add({ labId, ...wish })
  const { address } = await client.tunnels.check({ tunnelId })
  expect(address).toBe(`http://demo.localhost:${httpPort}`)
  expect(await fetchText(`http://127.0.0.1:${httpPort}`, `demo.localhost:${httpPort}`)).toContain(
    'Sample board',
  )
})

test('another language gives the samples other names, but not what a person has named', async () => {
  await client.trial.start({ language: 'en' })
  const { id: tunnelId } = tunnelOf(await overviewWhere(allReady), 'jupyter')
  await client.tunnels.edit({ tunnelId, name: 'My notebook' })
  await client.trial.speak({ language: 'zh-CN' })
  const { servers, labs, tunnels } = await overviewWhere(({ tunnels }) =>
    tunnels.some(({ name }) => name === '示例 TensorBoard'),
  )
  expect(servers.map(({ name }) => name)).toEqual(['示例云服务器'])
  expect(labs.map(({ name }) => name)).toEqual(['示例主机'])
  expect(tunnels.map(({ name }) => name)).toEqual(['示例 Shell', 'My notebook', '示例 TensorBoard'])
  const { value: lines } = await (await client.activity.watch({})).next()
  expect(JSON.stringify(lines)).toMatch(/示例云服务器.*示例主机|示例主机.*示例云服务器/)
  expect(JSON.stringify(lines)).not.toMatch(/Sample (server|lab|shell|board)/)
  const { url } = await client.tunnels.openAddress({ tunnelId })
  expect(await fetchText(url)).toMatch(/<html lang="zh-CN">[^]*示例 Notebook[^]*运行/)
})

test('a paused tunnel is paused, then ready again; a deleted one comes back by undo', async () => {
  await client.trial.start({})
  const { id: tunnelId, port } = tunnelOf(await overviewWhere(allReady), 'tensorboard')

  await client.tunnels.stop({ tunnelId })
  await overviewWhere((one) => tunnelOf(one, 'tensorboard').status.state === 'paused')
  expect(await isRefused(port)).toBe(true)
  await client.tunnels.start({ tunnelId })
  await overviewWhere((one) => tunnelOf(one, 'tensorboard').status.state === 'ready')

  const { undoUntilMs } = await client.tunnels.remove({ tunnelId })
  expect(undoUntilMs).toBeGreaterThan(Date.now())
  await overviewWhere(({ tunnels }) => tunnels.length === 2)
  expect(await isRefused(port)).toBe(true)
  await client.tunnels.undoRemove({ tunnelId })
  await overviewWhere(allReady)
})

test('a lab service that is not there breaks the tunnel at its last stop, with the cause', async () => {
  await client.trial.start({})
  const overview = await overviewWhere(allReady)
  const { id: tunnelId, labId } = tunnelOf(overview, 'jupyter')

  await client.tunnels.edit({ tunnelId, target: '127.0.0.1:1' })
  const broken = await client.tunnels.check({ tunnelId })
  expect(broken.status).toMatchObject({
    state: 'broken',
    stop: 'service',
    failure: { code: 'target-refused' },
  })
  expect(broken.stops.map((stop) => stop.state)).toEqual(['ok', 'ok', 'ok', 'ok', 'failed'])

  await client.tunnels.edit({ tunnelId, target: tunnelOf(overview, 'tensorboard').target })
  const wrong = await client.tunnels.check({ tunnelId })
  expect(wrong.status).toMatchObject({ state: 'broken', stop: 'service', failure: { code: 'service-wrong' } })

  const taken = client.tunnels.addTcp({ labId, name: 'again', target: '127.0.0.1:2', port: broken.port })
  await expect(taken).rejects.toMatchObject({ code: 'FAILED', data: { failure: { code: 'port-taken' } } })
})

test('closing the app ends the trial; the next start knows nothing of it', async () => {
  await client.trial.start({})
  const { tunnels } = await overviewWhere(allReady)
  await backend.close()
  expect(await Promise.all(tunnels.map(({ port }) => isRefused(port)))).toEqual([true, true, true])
  expect(existsSync(trialFolder(dataFolder))).toBe(false)
  await open()
  expect((await (await client.overview.watch({})).next()).value).toMatchObject({ servers: [], trial: false })
})

test('a program that ran the trial and closed the backend ends by itself: nothing of it is still open', async () => {
  const script = join(dataFolder, 'run-once.ts')
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
  await writeFile(
    script,
    `import { createRouterClient } from ${JSON.stringify(import.meta.resolve('@orpc/server'))}
     import { createHeadlessShell } from ${url('../../headless/headless-shell.ts')}
     import { openBackend } from ${url('../desktop/desktop-backend.ts')}
     const folder = ${JSON.stringify(join(dataFolder, 'child'))}
     const shell = await createHeadlessShell({ version: '0.0.0', dataFolder: folder, programsFolder: folder })
     const backend = await openBackend({ shell })
     const client = createRouterClient(backend.router)
     await client.trial.start({})
     for await (const { tunnels } of await client.overview.watch({})) {
       if (tunnels.length === 3 && tunnels.every(({ status }) => status.state === 'ready')) break
     }
     await backend.close()
     process.stdout.write('closed')`,
  )
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  const said = await text(child.stdout)
  const [code, signal] = await exited
  clearTimeout(deadline)
  expect({ code, signal, said }).toEqual({
    code: 0,
    signal: null,
    said: 'closed',
  })
})
