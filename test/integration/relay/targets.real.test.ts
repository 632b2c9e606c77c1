import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { startRelayWithAgent, type RelayWithAgent } from './relay-with-agent.ts'

let relay: RelayWithAgent
let targets: Targets

beforeAll(async () => {
  relay = await startRelayWithAgent()
  targets = new Targets()
})
afterEach(async () => {
  for (const { id } of await relay.api.tunnels.list({})) await relay.api.tunnels.remove({ id })
})
afterAll(async () => {
  await targets.close()
  await relay.close()
})

const says = (word: string) => targets.listen((socket) => socket.end(word))
const add = async (target: string, settings: object = {}, wish: { port?: number } = {}) => {
  const { id, port } = await relay.api.tunnels.add({ clientId: relay.clientId, target, settings, ...wish })
  return { id, port: port ?? 0 }
}
const heard = async (port: number) => {
  const socket = await targets.visit(port)
  socket.end()
  return String(await readAll(socket))
}

test('several targets are visited in turn', async () => {
  const { port } = await add(
    `127.0.0.1:${await says('a')},127.0.0.1:${await says('b')},localhost:${await says('c')}`,
  )
  const words = []
  for (let visit = 0; visit < 6; visit++) words.push(await heard(port))
  expect(words).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
})

test('an ill target is left out, and comes back when it is well', async () => {
  const ill = createServer((_request, response) => response.writeHead(isIll ? 500 : 200).end('b'))
  let isIll = true
  ill.listen(0, '127.0.0.1')
  await once(ill, 'listening')
  const well = createServer((_request, response) => response.end('a'))
  well.listen(0, '127.0.0.1')
  await once(well, 'listening')
  const portOf = (server: typeof ill) => (server.address() as AddressInfo).port
  const { port } = await add(`127.0.0.1:${portOf(well)},127.0.0.1:${portOf(ill)}`, {
    health: { type: 'http', path: '/healthy', intervalMs: 1_000, maxFailures: 1 },
  })
  const answers = async () => {
    const two = [await fetch(`http://127.0.0.1:${port}/`), await fetch(`http://127.0.0.1:${port}/`)]
    return new Set(await Promise.all(two.map((response) => response.text())))
  }
  await expect
    .poll(() => relay.log.join(''), { timeout: 5_000 })
    .toContain('target is unhealthy and left out')
  expect(await answers()).toEqual(new Set(['a']))
  isIll = false
  await expect.poll(() => relay.log.join(''), { timeout: 5_000 }).toContain('target is healthy again')
  for (const server of [ill, well]) {
    server.closeAllConnections()
    server.close()
  }
})

test('what answers with a status of its own making is ill, as an agent’s own check has it', async () => {
  const servers = [200, 302, 404].map((status) =>
    createServer((_request, response) => response.writeHead(status).end(String(status))),
  )
  const ports = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  const { id } = await add(ports.map((port) => `127.0.0.1:${port}`).join(','), {
    health: { type: 'http', intervalMs: 1_000, maxFailures: 1 },
  })
  const down = async () => (await relay.api.tunnels.list({})).find((one) => one.id === id)?.downTargets
  await expect.poll(down, { timeout: 5_000 }).toEqual([`127.0.0.1:${ports[2]}`])
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

test.each(['v1', 'v2'])(
  'a check of a real nginx that waits for the PROXY protocol %s finds it well',
  async (version) => {
    const folder = mkdtempSync(join(tmpdir(), 'nps-nginx-'))
    const nginxPort = await targets.closedPort()
    const configuration = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log info; events {}
    http { access_log ${folder}/access.log; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      server { listen 127.0.0.1:${nginxPort} proxy_protocol; location / { return 200 "ok"; } } }`
    writeFileSync(join(folder, 'nginx.conf'), configuration)
    const nginx = spawn('/usr/sbin/nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
      stdio: 'ignore',
    })
    const ended = once(nginx, 'exit')
    try {
      const accessLog = () =>
        existsSync(join(folder, 'access.log')) ? readFileSync(join(folder, 'access.log'), 'utf8') : ''
      await expect.poll(() => existsSync(join(folder, 'pid')), { timeout: 5_000 }).toBe(true)
      const { id } = await add(`127.0.0.1:${nginxPort}`, {
        proxyProtocol: version,
        health: { type: 'http', intervalMs: 1_000, maxFailures: 1 },
      })
      await expect.poll(accessLog, { timeout: 10_000 }).toContain('"GET / HTTP/1.1" 200')
      expect((await relay.api.tunnels.list({})).find((one) => one.id === id)?.downTargets).toEqual([])
      expect(readFileSync(join(folder, 'error.log'), 'utf8')).not.toContain('broken header')
    } finally {
      nginx.kill()
      await ended
      rmSync(folder, { recursive: true })
    }
  },
)

test('W2: a service behind the PROXY protocol learns who the visitor is', async () => {
  const heads: Buffer[] = []
  const service = await targets.listen((socket) =>
    socket.once('data', (head) => (heads.push(head), socket.end('ok'))),
  )
  for (const proxyProtocol of ['v1', 'v2']) {
    const { port } = await add(`127.0.0.1:${service}`, { proxyProtocol })
    const socket = await targets.visit(port)
    const from = socket.localPort ?? 0
    expect(String(await readAll(socket))).toBe('ok')
    const head = heads.pop() ?? Buffer.alloc(0)
    const told = proxyProtocol === 'v1' ? String(head) : [head.readUInt16BE(24), head.readUInt16BE(26)]
    const line = `PROXY TCP4 127.0.0.1 127.0.0.1 ${from} ${port}\r\n`
    expect(told).toEqual(proxyProtocol === 'v1' ? line : [from, port])
  }
})

test('a tunnel may listen on one address, and move to another', async () => {
  // A port that the system chose for one address may be somebody's on the other.
  const wish = { port: await freePort() }
  const { id, port } = await add(`127.0.0.1:${await says('a')}`, { listenIp: '127.0.0.2' }, wish)
  expect(await targets.outcome(port)).toBe('ECONNREFUSED')
  await relay.api.tunnels.edit({ id, settings: { listenIp: '127.0.0.1' } })
  expect(await heard(port)).toBe('a')
  await expect(relay.api.tunnels.edit({ id, settings: { listenIp: '198.51.100.77' } })).rejects.toMatchObject(
    {
      code: 'invalid-input',
    },
  )
  expect(await heard(port)).toBe('a')
})

test('the way to the lab box is measured, and the way to the relay by who asks', async () => {
  const { id } = await relay.api.tunnels.add({
    clientId: relay.clientId,
    target: '127.0.0.1:9',
    mode: 'private',
  })
  const leg = await relay.api.tunnels.measure({ id })
  expect(leg.downBytesPerSecond).toBeGreaterThan(0)
  expect(leg.upBytesPerSecond).toBeGreaterThan(0)
  expect(leg.roundTripMs).toBeLessThan(5_000)
  expect((await relay.api.status.measure({ payload: 'x'.repeat(65_536), giveBytes: 9 })).payload).toBe(
    '0'.repeat(9),
  )
  await expect(relay.api.status.measure({ payload: '', giveBytes: 65_537 })).rejects.toMatchObject({
    code: 'invalid-input',
  })
})
