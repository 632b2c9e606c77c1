import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { relayDefaults, type RelayConfig } from '../../config/relay-config.ts'
import { createRelayClient } from '../../remote/relay-client.ts'
import { Secret } from '../../secret.ts'
import { findFreePort } from '../port-choice.ts'
import { PortRanges } from '../../config/port-ranges.ts'
import { Relay } from '../relay.ts'

let folder: string
let relay: Relay
let port: number
let nowMs: number
let lines: string[]

const settings = (password: string, webPort: number): RelayConfig => ({
  ...relayDefaults,
  bridgeIp: '127.0.0.1',
  bridgePort: 0,
  webIp: '0.0.0.0',
  webPort,
  webPassword: new Secret(password),
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-console-'))
  nowMs = Date.now()
  lines = []
  const anywhere = {
    allowed: new PortRanges([{ first: 20_000, last: 40_000 }]),
    host: '127.0.0.1',
    transport: 'tcp' as const,
    taken: new Map(),
  }
  port = await findFreePort(anywhere)
  relay = new Relay({
    config: settings('right horse', port),
    folder,
    writeLog: (line) => lines.push(line),
    now: () => nowMs,
    tunnelHost: '127.0.0.1',
    consoleAssets: async (path) =>
      path === '/' ? { type: 'text/html', body: Buffer.from('<p>console</p>') } : undefined,
  })
  await relay.start()
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

/** The HTTP status that an upgrade is answered with, 101 for an open one. */
function upgrade(headers: Record<string, string>): Promise<{ status: number; socket: WebSocket }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api`, { headers })
    socket.on('open', () => resolve({ status: 101, socket }))
    socket.on('unexpected-response', (_request, { statusCode }) => {
      resolve({ status: statusCode ?? 0, socket })
      socket.terminate()
    })
    socket.on('error', () => undefined)
  })
}

test('the right password opens the API to its cookie; logging out closes it', async () => {
  expect((await upgrade({})).status).toBe(401)
  const { status, cookie = '' } = await logIn('right horse')
  expect(status).toBe(200)
  expect(cookie).toMatch(/^nps_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
  const session = cookie.split(';')[0] ?? ''
  const opened = await upgrade({ cookie: session })
  expect(opened.status).toBe(101)
  const api = createRelayClient(opened.socket)
  expect(await api.status.get({})).toMatchObject({ webPort: port })
  const closed = new Promise((resolve) => opened.socket.once('close', resolve))
  await post('/logout', {}, { cookie: session })
  expect(await closed).toBe(4401)
  expect((await upgrade({ cookie: session })).status).toBe(401)
})

test('S11: a page of another origin gets nothing, even with the cookie', async () => {
  const { cookie = '' } = await logIn('right horse')
  const foreign = { origin: 'http://evil.example', cookie: cookie.split(';')[0] ?? '' }
  expect((await upgrade(foreign)).status).toBe(403)
  expect((await logIn('right horse', foreign)).status).toBe(403)
  expect((await upgrade({ ...foreign, origin: `http://127.0.0.1:${port}` })).status).toBe(101)
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
  const { cookie = '' } = await logIn('right horse')
  const { socket } = await upgrade({ cookie: cookie.split(';')[0] ?? '' })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await relay.applyConfig(settings('another', port))
  await closed
  expect((await upgrade({ cookie: cookie.split(';')[0] ?? '' })).status).toBe(401)
})

test('nonsense is refused by a sentence', async () => {
  expect(await post('/login', 'x'.repeat(10_000))).toMatchObject({ status: 400 })
  expect(await post('/login', { username: ['admin'], password: {} })).toMatchObject({ status: 400 })
  expect(await post('/elsewhere', {})).toMatchObject({ status: 405 })
})
