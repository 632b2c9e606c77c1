import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { hiddenSecret } from '../../api/tunnel-settings.ts'
import type { RelayConfig } from '../../config/relay/relay-config.ts'
import { connectRelay } from '../../api-client/index.ts'
import { createRelayClient } from '../../api-client/relay-client.ts'
import { Secret } from '../../secret.ts'
import { freePort } from '../../testing/free-port.ts'
import { loopbackRelay } from '../../testing/loopback-relay.ts'
import { Relay } from '../relay.ts'
import { Sessions } from './sessions.ts'

let folder: string
let relay: Relay
let started: Awaited<ReturnType<Relay['start']>>
let port: number
let nowMs: number
let lines: string[]

const settings = (password: string, webPort: number): RelayConfig => ({
  ...loopbackRelay,
  webIp: '0.0.0.0',
  webPort,
  webPassword: new Secret(password),
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-console-'))
  nowMs = Date.now()
  lines = []
  port = await freePort()
  relay = new Relay({
    config: settings('right horse', port),
    folder,
    writeLog: (line) => lines.push(line),
    now: () => nowMs,
    tunnelHost: '127.0.0.1',
    consoleAssets: async (path) =>
      path === '/' ? { type: 'text/html', body: Buffer.from('<p>console</p>') } : undefined,
  })
  started = await relay.start()
})
afterEach(async () => {
  await relay.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  status: number
  cookie: string | undefined
  body: Record<string, unknown>
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, method: 'POST', headers, agent: false },
      (response) => {
        let text = ''
        response.on('data', (chunk) => (text += String(chunk)))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            cookie: response.headers['set-cookie']?.[0],
            body: JSON.parse(text) as Record<string, unknown>,
          }),
        )
      },
    )
    call.on('error', reject)
    call.end(JSON.stringify(body))
  })
}

const logIn = (password: string, headers?: Record<string, string>) =>
  post('/login', { username: 'admin', password }, headers)

/** The header that proves a new session. */
async function session(password = 'right horse'): Promise<Record<string, string>> {
  const { status, body } = await logIn(password)
  expect(status).toBe(200)
  return { 'x-nps-session': String(body['token']) }
}

const ticketOf = async (proof: Record<string, string>) =>
  String((await post('/ticket', {}, proof)).body['ticket'])

/** The HTTP status that an upgrade is answered with, 101 for an open one. */
function upgrade(
  ticket: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; socket: WebSocket }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api?ticket=${ticket}`, { headers })
    socket.on('open', () => resolve({ status: 101, socket }))
    socket.on('unexpected-response', (_request, { statusCode }) => {
      resolve({ status: statusCode ?? 0, socket })
      socket.terminate()
    })
    socket.on('error', () => undefined)
  })
}

test('the right password opens the API; logging out closes it', async () => {
  expect((await upgrade('')).status).toBe(401)
  const proof = await session()
  const opened = await upgrade(await ticketOf(proof))
  expect(opened.status).toBe(101)
  const api = createRelayClient(opened.socket)
  expect(await api.status.get({})).toMatchObject({ webPort: port })
  const closed = new Promise((resolve) => opened.socket.once('close', resolve))
  const unused = await ticketOf(proof)
  await post('/logout', {}, proof)
  expect(await closed).toBe(4401)
  expect((await upgrade(unused)).status).toBe(401)
  expect((await post('/ticket', {}, proof)).status).toBe(401)
})

test('a login leaves nothing that a browser would bring to another port of the server', async () => {
  const { cookie, body } = await logIn('right horse')
  expect(cookie).toBeUndefined()
  const token = String(body['token'])
  for (const name of ['nps_session', 'nps_script', 'x-nps-session']) {
    const bare = { cookie: `${name}=${token}` }
    expect((await upgrade('', bare)).status).toBe(401)
    expect((await post('/api/clients/list', {}, bare)).status).toBe(401)
    expect((await post('/ticket', {}, bare)).status).toBe(401)
    expect((await post('/client/list', {}, bare)).status).toBe(405)
  }
  const form = await post('/login/verify', {}, { origin: `http://127.0.0.1:${port}` })
  expect(form).toMatchObject({ cookie: undefined, body: { status: 0 } })
})

test('who has the admin key gives a browser a way in: once, and a session cannot give one', async () => {
  const { bridgePort, adminKey, fingerprint } = started
  const app = await connectRelay({
    host: '127.0.0.1',
    port: bridgePort,
    adminKey,
    fingerprint,
    signal: AbortSignal.timeout(20_000),
  })
  const { token, host, port: told, path, isTls } = await app.client.console.pass({})
  app.close()
  expect([host, told, path, isTls]).toEqual(['0.0.0.0', port, '', false])
  expect((await post('/login/pass', { token }, { origin: 'http://evil.example' })).status).toBe(403)
  const entered = await post('/login/pass', { token })
  expect(entered).toMatchObject({ status: 200, cookie: undefined })
  const proof = { 'x-nps-session': String(entered.body['token']) }
  expect((await post('/api/clients/list', {}, proof)).status).toBe(200)
  expect((await post('/login/pass', { token })).status).toBe(401)
  expect((await post('/api/console/pass', {}, proof)).body).toMatchObject({ code: 'not-possible-here' })
  expect(lines.some((line) => line.includes(token))).toBe(false)
})

test('a ticket opens one WebSocket, soon, and nothing else', async () => {
  const proof = await session()
  const ticket = await ticketOf(proof)
  expect((await post('/api/clients/list', {}, { 'x-nps-session': ticket })).status).toBe(401)
  const { status, socket } = await upgrade(ticket)
  expect(status).toBe(101)
  socket.terminate()
  expect((await upgrade(ticket)).status).toBe(401)
  const late = await ticketOf(proof)
  nowMs += 31_000
  expect((await upgrade(late)).status).toBe(401)
})

test('a session sees no secret in clear, and changes what it may without them', async () => {
  const proof = await session()
  const { socket } = await upgrade(await ticketOf(proof))
  const api = createRelayClient(socket)
  const vkey = 'a-vkey-that-nobody-may-see'
  const secrets = [vkey, 'a-tunnel-password-0123', 'a-visitor-password', 'Basic aGlkZGVu', 'right horse']
  const { id: clientId } = await api.clients.add({ name: 'lab', vkey })
  const target = '127.0.0.1:9'
  const hidden = await api.tunnels.add({
    clientId,
    mode: 'private',
    target,
    settings: { password: 'a-tunnel-password-0123' },
  })
  const users = [{ name: 'ana', password: 'a-visitor-password' }]
  const proxy = await api.tunnels.add({ clientId, mode: 'socks5', target: '', settings: { users } })
  const all = JSON.stringify([
    await api.clients.list({}),
    await api.tunnels.list({}),
    (await (await api.clients.watch({})).next()).value,
    (await (await api.tunnels.watch({})).next()).value,
    (await post('/api/clients/list', {}, proof)).body,
    (await post('/api/tunnels/list', {}, proof)).body,
    await api.tunnels.edit({ id: hidden.id, name: 'renamed', settings: hidden.settings }),
    await api.tunnels.edit({
      id: proxy.id,
      settings: {
        users: [
          { name: 'ana', password: hiddenSecret },
          { name: 'bo', password: 'other' },
        ],
      },
    }),
    await api.tunnels.stop({ id: hidden.id }),
    await api.tunnels.start({ id: hidden.id }),
    await api.clients.setEnabled({ id: clientId, enabled: true }),
  ])
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([])
  expect(all).toContain(hiddenSecret)
  const refused = { code: 'not-possible-here' }
  await expect(api.clients.command({ id: clientId, host: 'a' })).rejects.toMatchObject(refused)
  const hook = { kind: 'json', url: 'http://127.0.0.1:9/', language: 'en' } as const
  await expect(api.webhook.set(hook)).rejects.toMatchObject(refused)
  await expect(api.webhook.test({})).rejects.toMatchObject(refused)
  await expect(api.webhook.remove({})).rejects.toMatchObject(refused)
  await expect(api.tunnels.visitCommand({ id: hidden.id, host: 'a' })).rejects.toMatchObject(refused)
  await expect(api.clients.listening({ id: clientId })).rejects.toMatchObject(refused)
  await expect(api.config.get({})).rejects.toMatchObject(refused)
  await expect(api.config.save({ text: '', revision: '' })).rejects.toMatchObject(refused)
  const nothing = { users: [{ name: 'x', password: hiddenSecret }] }
  await expect(
    api.tunnels.add({ clientId, mode: 'socks5', target: '', settings: nothing }),
  ).rejects.toMatchObject({ code: 'invalid-input' })
  // What was hidden on the way has stayed.
  const shown = await commandWith('right horse', { id: clientId, host: '120.1.1.2' }, proof)
  expect(shown).toMatchObject({ status: 200, body: { vkey } })
  socket.terminate()
})

const commandWith = (password: unknown, input: unknown, proof: Record<string, string>) =>
  post('/reveal/clients/command', { password, input }, proof)

test('the command with its key takes the password once more, and the log tells of it', async () => {
  const proof = await session()
  await post('/api/clients/add', { name: 'lab' }, proof)
  const input = { id: 1, host: '120.1.1.2' }
  expect((await commandWith('right horse', input, {})).status).toBe(401)
  for (const wrong of ['wrong', '', undefined, ['right horse']])
    expect(await commandWith(wrong, input, proof)).toMatchObject({
      status: 401,
      body: { code: 'login-failed' },
    })
  expect(await commandWith('right horse', input, proof)).toMatchObject({ status: 200 })
  expect(await commandWith('right horse', { id: 77, host: 'a' }, proof)).toMatchObject({ status: 404 })
  const told = lines.filter((line) => line.includes('the key of a client was shown'))
  expect(told).toEqual([expect.stringContaining('client=1'), expect.stringContaining('client=77')])
  for (let attempt = 0; attempt < 10; attempt++) await commandWith('wrong', input, proof)
  expect((await commandWith('right horse', input, proof)).status).toBe(429)
})

test('a session ends with its hours, on an open WebSocket too', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const sessions = new Sessions(Date.now)
    const { token } = sessions.create()
    const ended = sessions.find(token)
    vi.advanceTimersByTime(12 * 60 * 60_000 - 1)
    expect(ended?.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(ended?.aborted).toBe(true)
    expect(sessions.find(token)).toBeUndefined()
  } finally {
    vi.useRealTimers()
  }
})

test('S11: a page of another origin gets nothing, even with the session', async () => {
  const proof = await session()
  const foreign = { origin: 'http://evil.example' }
  const ticket = await ticketOf(proof)
  expect((await upgrade(ticket, foreign)).status).toBe(403)
  expect((await logIn('right horse', foreign)).status).toBe(403)
  expect((await post('/api/clients/list', {}, { ...proof, ...foreign })).status).toBe(403)
  expect((await upgrade(ticket, { origin: `http://127.0.0.1:${port}` })).status).toBe(101)
})

test('S13: ten wrong passwords lock the address out for a minute, also for the right one', async () => {
  for (let attempt = 1; attempt <= 10; attempt++) {
    expect(await logIn(`wrong ${attempt}`)).toMatchObject({ status: 401, body: { code: 'login-failed' } })
  }
  expect(await logIn('right horse')).toMatchObject({ status: 429, body: { code: 'login-locked' } })
  nowMs += 59_000
  expect((await logIn('right horse')).status).toBe(429)
  nowMs += 2_000
  expect((await logIn('right horse')).status).toBe(200)
  expect(lines.join('')).not.toContain('wrong 3')
})

test('S3: an empty or well-known password lets nobody in and keeps the console on this machine', async () => {
  for (const password of ['', '123', 'admin', 'Password']) {
    await relay.applyConfig(settings(password, port))
    expect(await logIn(password)).toMatchObject({
      status: 401,
      body: { params: { reason: 'weak-password' } },
    })
    expect(lines.findLast((line) => line.includes('console listening'))).toContain('address=127.0.0.1')
  }
  await relay.applyConfig(settings('better', port))
  expect(lines.findLast((line) => line.includes('console listening'))).toContain('address=0.0.0.0')
  expect((await logIn('better')).status).toBe(200)
})

test('a new password ends the sessions of the old one', async () => {
  const proof = await session()
  const { socket } = await upgrade(await ticketOf(proof))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await relay.applyConfig(settings('another', port))
  await closed
  expect((await post('/ticket', {}, proof)).status).toBe(401)
})

test('nonsense is refused by a sentence', async () => {
  expect(await post('/login', 'x'.repeat(10_000))).toMatchObject({ status: 400 })
  expect(await post('/login', { username: ['admin'], password: {} })).toMatchObject({ status: 400 })
  expect(await post('/elsewhere', {})).toMatchObject({ status: 405 })
})
