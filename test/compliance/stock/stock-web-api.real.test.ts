import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseRelayConfig } from '../../../relay-core/src/config/relay/relay-config.ts'
import { Relay } from '../../../relay-core/src/relay/relay.ts'
import { importStock } from '../../../relay-core/src/relay/stock/stock-data/import-stock.ts'
import { openStore } from '../../../relay-core/src/relay/store/store.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { Program } from '../../harness/programs/program.ts'
import { stockFile, stockMissing } from './stock-programs.ts'

const authKey = 'a-key-for-scripts-of-old'
const vkey = '9nnc49omtv0fvez8'
const missing = stockMissing()
const left = missing ? ` (left out: ${missing})` : ''

let folder: string
const open: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-web-api-'))
  await mkdir(join(folder, 'conf'))
})
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
  await rm(folder, { recursive: true })
})

type Params = Record<string, string | number>
type Answer = Record<string, unknown>
type Ask = (path: string, params?: Params) => Promise<Answer>

const sign = (key: string) => {
  const timestamp = Math.floor(Date.now() / 1000)
  return { auth_key: createHash('md5').update(`${key}${timestamp}`).digest('hex'), timestamp }
}

function form(params: Params): URLSearchParams {
  return new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]))
}

/** As scripts written for stock do it. */
function script(webPort: number): Ask {
  return async (path, params = {}) => {
    const body = form({ ...params, ...sign(authKey) })
    const response = await fetch(`http://127.0.0.1:${webPort}${path}`, { method: 'POST', body })
    return (await response.json()) as Answer
  }
}

async function settings(more: string): Promise<{ webPort: number; text: string }> {
  const [webPort, bridgePort, httpPort] = [await freePort(), await freePort(), await freePort()]
  const text = `bridge_ip=127.0.0.1
bridge_port=${bridgePort}
bridge_type=tcp
http_proxy_ip=127.0.0.1
http_proxy_port=${httpPort}
web_ip=127.0.0.1
web_port=${webPort}
web_username=admin
web_password=right horse
${more}
`
  await writeFile(join(folder, 'conf/nps.conf'), text)
  return { webPort, text }
}

async function startOurs(more = `auth_key=${authKey}`): Promise<{ webPort: number; lines: string[] }> {
  const { webPort, text } = await settings(more)
  const configPath = join(folder, 'conf/nps.conf')
  const lines: string[] = []
  const relay = new Relay({
    config: parseRelayConfig(text, configPath).config,
    configPath,
    folder: join(folder, 'state'),
    tunnelHost: '127.0.0.1',
    writeLog: (line) => lines.push(line),
  })
  await relay.start()
  open.push(() => relay.close())
  return { webPort, lines }
}

async function startStock(): Promise<{ webPort: number; program: Program }> {
  const { webPort } = await settings(`appname=nps\nrunmode=pro\nlog_level=7\nauth_key=${authKey}`)
  for (const list of ['clients', 'tasks', 'hosts']) await writeFile(join(folder, `conf/${list}.json`), '')
  await symlink(stockFile('0.26.10', 'nps'), join(folder, 'nps'))
  await symlink(stockFile('0.26.10', 'web'), join(folder, 'web'))
  const program = new Program(join(folder, 'nps'), [], folder)
  open.push(() => program.kill())
  await program.says(/web management start/)
  // It says so before it listens.
  const isThere = () => script(webPort)('/auth/gettime').then(({ time }) => typeof time, String)
  await expect.poll(isThere, { timeout: 10_000 }).toBe('number')
  return { webPort, program }
}

/** What a script does with a server, and what it sees. */
async function useServer(ask: Ask): Promise<Answer[]> {
  const [tcp, udp] = [await freePort(), await freePort()]
  const seen: Answer[] = []
  const see = async (path: string, params?: Params) => {
    const answer = await ask(path, params)
    seen.push(answer)
    return answer
  }
  const ok = { status: 1 }
  expect(await see('/auth/gettime')).toEqual({ time: expect.closeTo(Date.now() / 1000, -1) as number })
  const limits = { rate_limit: 100, flow_limit: 50, max_conn: 9, max_tunnel: 5 }
  const made = { remark: 'lab', vkey, u: '', p: '', config_conn_allow: 1, compress: 1, crypt: 0, ...limits }
  expect(await see('/client/add', made)).toMatchObject(ok)
  expect(await see('/client/add', { ...made, remark: 'twice' })).toMatchObject({ status: 0 })
  const list = (await see('/client/list', { search: vkey, order: 'asc', offset: 0, limit: 10 })) as {
    rows: { Id: number }[]
  }
  expect(list).toMatchObject({
    total: 1,
    bridgeType: 'tcp',
    ip: '127.0.0.1',
    rows: [{ VerifyKey: vkey, Remark: 'lab', RateLimit: 100, MaxConn: 9, Flow: { FlowLimit: 50 } }],
  })
  const client_id = list.rows[0]?.Id ?? 0
  const tunnel = { client_id, server_ip: '127.0.0.1' }
  const ssh = { ...tunnel, type: 'tcp', remark: 'ssh', port: tcp, target: '127.0.0.1:22\n127.0.0.2:22' }
  expect(await see('/index/add', ssh)).toMatchObject(ok)
  expect(await see('/index/add', { ...ssh, remark: 'again' })).toMatchObject({ status: 0 })
  const dns = { ...tunnel, type: 'udp', remark: 'dns', port: udp, target: '127.0.0.1:53' }
  expect(await see('/index/add', dns)).toMatchObject(ok)
  const desk = {
    ...tunnel,
    server_ip: '',
    type: 'secret',
    remark: 'desk',
    password: 'goudan-private-77',
    target: '127.0.0.1:5900',
  }
  expect(await see('/index/add', desk)).toMatchObject(ok)
  expect(await see('/index/add', { ...ssh, client_id: 4711, port: 1 })).toMatchObject({ status: 0 })
  const tunnels = (await see('/index/gettunnel', { client_id, type: 'tcp', offset: 0, limit: 10 })) as {
    rows: { Id: number }[]
  }
  expect(tunnels).toMatchObject({
    total: 1,
    rows: [{ Port: tcp, Mode: 'tcp', Remark: 'ssh', Status: true, Client: { VerifyKey: vkey } }],
  })
  const id = tunnels.rows[0]?.Id ?? 0
  expect(await see('/index/stop', { id })).toMatchObject(ok)
  expect(await see('/index/getonetunnel', { id })).toMatchObject({ code: 1, data: { Status: false } })
  expect(await see('/index/start', { id })).toMatchObject(ok)
  expect(await see('/index/edit', { ...ssh, id, remark: 'shell', target: '127.0.0.1:2222' })).toMatchObject(
    ok,
  )
  expect(await see('/index/getonetunnel', { id })).toMatchObject({
    code: 1,
    data: { Remark: 'shell', Target: { TargetStr: '127.0.0.1:2222' } },
  })
  expect(await see('/index/getonetunnel', { id: 4711 })).toEqual({ code: 0 })
  expect(await see('/client/changestatus', { id: client_id, status: 0 })).toMatchObject(ok)
  expect(await see('/client/getclient', { id: client_id })).toMatchObject({
    code: 1,
    data: { Status: false },
  })
  expect(await see('/client/edit', { ...made, id: client_id, remark: 'lab two', max_conn: 8 })).toMatchObject(
    ok,
  )
  expect(await see('/client/getclient', { id: client_id })).toMatchObject({
    code: 1,
    data: { Remark: 'lab two', MaxConn: 8, Status: false },
  })
  expect(await see('/client/getclient', { id: 4711 })).toEqual({ code: 0 })
  return seen
}

/** The same for hosts. */
async function useHosts(ask: Ask): Promise<Answer[]> {
  const [host, ok] = ['lab.example.com', { status: 1 }]
  const seen: Answer[] = []
  const see = async (path: string, params?: Params) => {
    const answer = await ask(path, params)
    seen.push(answer)
    return answer
  }
  const { rows } = (await ask('/client/list', { search: vkey, limit: 1 })) as { rows: { Id: number }[] }
  const client_id = rows[0]?.Id ?? 0
  const page = { client_id, host, remark: 'page', scheme: 'all', location: '/x', target: '127.0.0.1:8000' }
  const rewritten = {
    header: 'X-A: b',
    hostchange: 'inner.example.com',
    key_file_path: '',
    cert_file_path: '',
  }
  expect(await see('/index/addhost', { ...page, ...rewritten })).toMatchObject(ok)
  const hosts = (await see('/index/hostlist', { client_id, offset: 0, limit: 10 })) as {
    rows: { Id: number }[]
  }
  expect(hosts).toMatchObject({
    total: 1,
    rows: [
      { Host: host, Location: '/x', HeaderChange: 'X-A: b', HostChange: 'inner.example.com', IsClose: false },
    ],
  })
  const hostId = hosts.rows[0]?.Id ?? 0
  expect(await see('/index/edithost', { ...page, ...rewritten, id: hostId, remark: 'site' })).toMatchObject(
    ok,
  )
  expect(await see('/index/gethost', { id: hostId })).toMatchObject({ code: 1, data: { Remark: 'site' } })
  return seen
}

/** The names in an answer, however deep; values that are lists or records of names come as their first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (value === null || typeof value !== 'object') return null
  const entries = Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)))
}

describe('the stock web API', () => {
  it('does for a script what it asks for', async () => {
    const { webPort } = await startOurs()
    const ask = script(webPort)
    await useServer(ask)
    await useHosts(ask)
    const hosts = (await ask('/index/hostlist')) as { rows: { Id: number }[] }
    expect(await ask('/index/delhost', { id: hosts.rows[0]?.Id ?? 0 })).toMatchObject({ status: 1 })
    const { rows } = (await ask('/index/gettunnel', { offset: 0, limit: 100 })) as { rows: { Id: number }[] }
    for (const { Id } of rows) expect(await ask('/index/del', { id: Id })).toMatchObject({ status: 1 })
    expect(await ask('/client/del', { id: 1 })).toMatchObject({ status: 1 })
    expect(await ask('/client/list')).toMatchObject({ total: 0, rows: [] })
  })

  it.skipIf(missing)(`answers in the shapes of stock, whose data can be imported${left}`, async () => {
    const stock = await startStock()
    const asked = script(stock.webPort)
    const stockAnswers = [...(await useServer(asked)), ...(await useHosts(asked))]
    await stock.program.kill()
    const store = openStore(join(folder, 'imported'), Date.now())
    open.push(() => store.close())
    const report = await importStock(folder, { store, now: Date.now })
    expect(report).toMatchObject({ clientsTaken: 1, tunnelsTaken: 4 })
    expect(report.lines.filter(({ outcome }) => outcome !== 'taken')).toEqual([])
    expect(store.clients.list()).toMatchObject([
      { name: 'lab two', vkey, enabled: false, settings: { compress: true }, limits: { maxConnections: 8 } },
    ])
    expect(store.tunnels.list().map(({ name, mode, target }) => [name, mode, target])).toEqual([
      ['shell', 'tcp', '127.0.0.1:2222'],
      ['dns', 'udp', '127.0.0.1:53'],
      ['desk', 'private', '127.0.0.1:5900'],
      ['site', 'host', '127.0.0.1:8000'],
    ])
    await rm(join(folder, 'conf'), { recursive: true })
    await mkdir(join(folder, 'conf'))
    const ours = await startOurs()
    const ask = script(ours.webPort)
    const answers = [...(await useServer(ask)), ...(await useHosts(ask))]
    expect(answers.map(shapeOf)).toEqual(stockAnswers.map(shapeOf))
  })

  it('S1: with an empty or short auth_key no signature opens it, and the log says why', async () => {
    for (const key of ['', 'short']) {
      const { webPort, lines } = await startOurs(`auth_key=${key}`)
      const answer = await fetch(`http://127.0.0.1:${webPort}/client/list`, {
        method: 'POST',
        body: form({ ...sign(key) }),
      })
      expect(answer.status).toBe(405)
      expect(await (await fetch(`http://127.0.0.1:${webPort}/auth/gettime`)).text()).not.toContain('time"')
      expect(lines.join('')).toContain('web API: asked for, but closed')
      await open.pop()?.()
    }
  })

  it('S2: nothing gives the key away', async () => {
    const { webPort } = await startOurs(`auth_key=${authKey}\nauth_crypt_key=1234567812345678`)
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`http://127.0.0.1:${webPort}/auth/getauthkey`, { method })
      expect([404, 405]).toContain(answer.status)
    }
  })

  it('S8: local_proxy is refused', async () => {
    const { webPort } = await startOurs()
    const ask = script(webPort)
    await ask('/client/add', { remark: 'lab', vkey })
    const proxy = {
      type: 'tcp',
      client_id: 1,
      port: await freePort(),
      target: '127.0.0.1:22',
      local_proxy: 1,
    }
    expect(await ask('/index/add', proxy)).toMatchObject({
      status: 0,
      msg: expect.stringContaining('dials nothing on behalf of others') as string,
    })
    expect(await ask('/index/gettunnel')).toMatchObject({ total: 0 })
  })

  it('serves scripts that log in by a form, from their own site only', async () => {
    const { webPort } = await startOurs('')
    const url = `http://127.0.0.1:${webPort}`
    const logIn = (password: string) =>
      fetch(`${url}/login/verify`, { method: 'POST', body: form({ username: 'admin', password }) })
    expect(await (await logIn('123')).json()).toMatchObject({ status: 0 })
    const entered = await logIn('right horse')
    expect(await entered.json()).toEqual({ status: 1, msg: 'login success' })
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
    const list = (headers: Record<string, string>) => fetch(`${url}/client/list`, { method: 'POST', headers })
    expect(await (await list({ cookie })).json()).toMatchObject({ total: 0 })
    expect((await list({ cookie, origin: 'http://evil.example' })).status).toBe(403)
  })
})
