import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { TLSSocket } from 'node:tls'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { parseRelayConfig } from '../../config/relay/relay-config.ts'
import { createRelayClient } from '../../api-client/relay-client.ts'
import { loadOrCreateIdentity } from '../../net/tls/identity.ts'
import { freePort } from '../../testing/free-port.ts'
import { Relay } from '../relay.ts'

const authKey = 'goudan-sixteen-77'
let folder: string
let relay: Relay
let port: number
let isTls: boolean
let lines: string[]

const settings = (...more: string[]) => {
  const text = [`web_ip=127.0.0.1`, `web_port=${port}`, 'web_password=right horse', ...more].join('\n')
  const { config } = parseRelayConfig(text, join(folder, 'conf/nps.conf'))
  return { ...config, bridgeIp: '127.0.0.1', bridgePort: 0 }
}

async function start(...more: string[]): Promise<void> {
  relay = new Relay({
    config: settings(...more),
    folder: join(folder, 'state'),
    writeLog: (line) => lines.push(line),
    tunnelHost: '127.0.0.1',
    consoleAssets: async (path) =>
      path === '/' ? { type: 'text/html', body: Buffer.from('<p>console</p>') } : undefined,
  })
  await relay.start()
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-calls-'))
  mkdirSync(join(folder, 'conf'))
  isTls = false
  lines = []
  port = await freePort()
})
afterEach(async () => {
  await relay.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

function ask(method: string, path: string, body = '', headers: Record<string, string> = {}): Promise<Answer> {
  const request = isTls ? httpsRequest : httpRequest
  const options = { host: '127.0.0.1', port, path, method, headers, agent: false, rejectUnauthorized: false }
  return new Promise((resolve, reject) => {
    const call = request(options, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** The header that proves a new session. */
async function logIn(base = ''): Promise<Record<string, string>> {
  const answer = await ask('POST', `${base}/login`, '{"username":"admin","password":"right horse"}')
  expect(answer.status).toBe(200)
  expect(answer.headers['set-cookie']).toBeUndefined()
  return { 'x-nps-session': (JSON.parse(answer.text) as { token: string }).token }
}

async function callOverSocket(base: string, proof: Record<string, string>): Promise<unknown> {
  const { ticket } = JSON.parse((await ask('POST', `${base}/ticket`, '', proof)).text) as { ticket: string }
  const url = `${isTls ? 'wss' : 'ws'}://127.0.0.1:${port}${base}/api?ticket=${ticket}`
  const socket = new WebSocket(url, { rejectUnauthorized: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const status = await createRelayClient(socket).status.get({})
  socket.terminate()
  return status
}

describe('web_base_url', () => {
  test('everything lies below it, and the way there is shown', async () => {
    await start('web_base_url=/nps/')
    expect(await ask('GET', '/')).toMatchObject({ status: 302, headers: { location: '/nps/' } })
    expect(await ask('GET', '/nps')).toMatchObject({ status: 302, headers: { location: '/nps/' } })
    expect(await ask('GET', '/nps/')).toMatchObject({ status: 200, text: '<p>console</p>' })
    expect((await ask('GET', '/session')).status).toBe(404)
    expect((await ask('GET', '/npsx/')).status).toBe(404)
    expect(await callOverSocket('/nps', await logIn('/nps'))).toMatchObject({ webPort: port })
    expect(JSON.parse((await ask('GET', '/nps/openapi.json')).text)).toMatchObject({
      servers: [{ url: '/nps' }],
    })
  })
})

describe('the addresses of stock NPS’s console', () => {
  const pages = [
    '/login/index',
    '/index/index',
    '/client/list',
    '/client/add',
    '/index/tcp',
    '/index/hostlist',
  ]

  test.each(['', '/nps'])('lead to the console, with web_base_url=%s', async (base) => {
    await start(`web_base_url=${base}`)
    for (const page of pages) {
      expect(await ask('GET', `${base}${page}`)).toMatchObject({
        status: 302,
        headers: { location: `${base}/` },
      })
      expect(await ask('GET', page)).toMatchObject({ status: 302, headers: { location: `${base}/` } })
    }
    expect((await ask('GET', `${base}/auth/getauthkey`)).status).toBe(404)
    expect((await ask('GET', `${base}/assets/none.js`)).status).toBe(404)
  })
})

describe('web_open_ssl', () => {
  const writePair = async (name: string) => {
    const { keyPem, certPem } = await loadOrCreateIdentity(join(folder, name))
    writeFileSync(join(folder, 'conf/server.key'), keyPem)
    writeFileSync(join(folder, 'conf/server.pem'), certPem)
  }
  const fingerprint = () =>
    new Promise<string>((resolve, reject) => {
      const call = httpsRequest(
        { host: '127.0.0.1', port, path: '/', agent: false, rejectUnauthorized: false },
        (response) => {
          response.resume()
          const { socket } = response
          if (socket instanceof TLSSocket) resolve(socket.getPeerCertificate().fingerprint256)
          else reject(new Error('the console answered without TLS'))
        },
      )
      call.on('error', reject)
      call.end()
    })

  test('the console speaks TLS with the files of the stock places, and takes on renewed ones', async () => {
    await writePair('one')
    await start('web_open_ssl=true')
    isTls = true
    expect(await callOverSocket('', await logIn())).toMatchObject({ webPort: port })
    const first = await fingerprint()
    await writePair('two')
    await expect.poll(fingerprint, { timeout: 20_000, interval: 500 }).not.toBe(first)
    // Half a renewal: the certificate in use stays.
    const second = await fingerprint()
    writeFileSync(join(folder, 'conf/server.pem'), 'nothing yet')
    await relay.applyConfig(settings('web_open_ssl=true'))
    expect(await fingerprint()).toBe(second)
    expect(lines.join('')).toContain('console keeps its old certificate')
  })

  test('without the files there is no console, and the log says which one is missing', async () => {
    await start('web_open_ssl=true', 'web_cert_file=conf/mine.pem')
    await expect(ask('GET', '/')).rejects.toThrow('ECONNREFUSED')
    expect(lines.join('')).toContain(join(folder, 'conf/mine.pem'))
  })
})

describe('calls over HTTP', () => {
  const bearer = { authorization: `Bearer ${authKey}` }

  test('every described call is there, for the auth_key and for a session, and for nobody else', async () => {
    await start(`auth_key=${authKey}`)
    const document = JSON.parse((await ask('GET', '/openapi.json')).text) as { paths: Record<string, object> }
    expect(Object.keys(document.paths)).toContain('/api/clients/add')
    expect(Object.keys(document.paths)).not.toContain('/api/clients/watch')
    // Half a document: no call runs, for one of them would restart the relay.
    for (const path of Object.keys(document.paths)) {
      const [stranger, known] = [await ask('POST', path, '{"'), await ask('POST', path, '{"', bearer)]
      expect({ path, stranger: stranger.status, known: known.status }).toEqual({
        path,
        stranger: 401,
        known: 400,
      })
    }
    const added = await ask('POST', '/api/clients/add', '{"name":"lab"}', bearer)
    expect(added.status).toBe(200)
    const proof = await logIn()
    expect(JSON.parse((await ask('POST', '/api/clients/list', '', proof)).text)).toMatchObject([
      { name: 'lab' },
    ])
    const foreign = { ...proof, origin: 'http://evil.example' }
    expect((await ask('POST', '/api/clients/list', '', foreign)).status).toBe(403)
  })

  test('what only a later nps can read of a lab box or a tunnel is answered as it is kept, once it is changed', async () => {
    await start(`auth_key=${authKey}`)
    const call = async (name: string, input: object) => {
      const { status, text } = await ask('POST', `/api/${name}`, JSON.stringify(input), bearer)
      return { status, body: JSON.parse(text) as unknown }
    }
    await call('clients/add', { name: 'lab' })
    for (const mode of ['socks5', 'tcp'])
      await call('tunnels/add', { clientId: 1, mode, target: mode === 'tcp' ? '127.0.0.1:22' : '' })
    const database = new DatabaseSync(join(folder, 'state/relay.db'))
    const [mayPush, users] = ['on-sundays', { of: 'the lab' }]
    database.prepare('update clients set settings = ?').run(JSON.stringify({ mayPush }))
    database.prepare('update tunnels set settings = ? where id = 1').run(JSON.stringify({ users }))
    database.exec(`update tunnels set mode = 'carrierPigeon' where id = 2`)
    database.close()
    for (const [name, input, kept] of [
      ['clients/setEnabled', { id: 1, enabled: false }, { enabled: false, settings: { mayPush } }],
      ['clients/edit', { id: 1, name: 'old' }, { name: 'old', settings: { mayPush } }],
      ['tunnels/stop', { id: 1 }, { enabled: false, settings: { users } }],
      ['tunnels/edit', { id: 1, name: 'old' }, { name: 'old', settings: { users } }],
      ['tunnels/stop', { id: 2 }, { enabled: false, mode: 'carrierPigeon' }],
    ] as const)
      expect({ name, ...(await call(name, input)) }).toMatchObject({ name, status: 200, body: kept })
    for (const [name, input] of [
      ['tunnels/start', { id: 1 }],
      ['tunnels/start', { id: 2 }],
      ['tunnels/edit', { id: 2, name: 'old' }],
    ] as const)
      expect({ name, ...(await call(name, input)) }).toMatchObject({
        name,
        body: { code: 'mode-unsupported' },
      })
  })

  test('what a call refuses comes with code, sentence and a fitting status', async () => {
    await start(`auth_key=${authKey}`)
    const call = async (name: string, input: object) => {
      const { status, text } = await ask('POST', `/api/${name}`, JSON.stringify(input), bearer)
      return { status, body: JSON.parse(text) as unknown }
    }
    expect(await call('tunnels/stop', { id: 77 })).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(await call('tunnels/stop', { id: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'invalid-input' },
    })
    expect(await call('tunnels/dance', {})).toMatchObject({ status: 404 })
    expect(await call('clients/watch', {})).toMatchObject({ status: 404 })
  })

  test('a short or empty auth_key opens to nobody; wrong keys lock the address out', async () => {
    await start('auth_key=')
    const empty = await ask('POST', '/api/clients/list', '{}', { authorization: 'Bearer ' })
    expect(empty.status).toBe(401)
    await relay.applyConfig(settings('auth_key=short'))
    expect((await ask('POST', '/api/clients/list', '{}', { authorization: 'Bearer short' })).status).toBe(401)
    await relay.applyConfig(settings(`auth_key=${authKey}`))
    expect((await ask('POST', '/api/clients/list', '{}', bearer)).status).toBe(200)
    for (let attempt = 0; attempt < 10; attempt++) {
      const wrong = { authorization: `Bearer ${authKey}${attempt}` }
      expect((await ask('POST', '/api/clients/list', '{}', wrong)).status).toBe(401)
    }
    expect((await ask('POST', '/api/clients/list', '{}', bearer)).status).toBe(429)
    expect(lines.join('')).not.toContain(authKey)
  })
})
