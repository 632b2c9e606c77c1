import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreFolder } from '../../../testing/store-folder.ts'
import type { Store } from '../../store/store.ts'
import { formatReport, importStock } from './import-stock.ts'

const now = () => Date.UTC(2026, 0, 5)
let state: StoreFolder
let store: Store
beforeEach(() => {
  state = new StoreFolder(now())
  store = state.store
})
afterEach(() => state[Symbol.dispose]())

const stockFile = (...records: object[]) => records.map((record) => `${JSON.stringify(record)}\n*#*`).join('')
const client = (Id: number, more: object = {}) => ({
  Id,
  VerifyKey: `key-of-client-${Id}-01234`,
  Status: true,
  ConfigConnAllow: true,
  ...more,
})
const tunnel = (Id: number, more: object = {}) => ({
  Id,
  Mode: 'tcp',
  Port: 7000 + Id,
  Status: true,
  Client: { Id: 1 },
  Target: { TargetStr: '127.0.0.1:22' },
  ...more,
})

/** Writes the files and imports them; answers the report's text. */
async function imported(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(state.path, `${name}.json`), text)
  return formatReport(await importStock(state.path, { store, now })).join('\n')
}

test('yisier: who had expired, was black-listed or not on the white list stays out', async () => {
  const clients = stockFile(
    client(1, { ExpireTime: '2025-12-31 23:59:59', BlackIpList: ['203.0.113.7', ''] }),
    client(2, { IpWhite: true, IpWhitePass: 'let me in', IpWhiteList: ['198.51.100.7', '10.0.0.0/8'] }),
    client(3, { ExpireTime: '', BlackIpList: null, IpWhite: false, IpWhiteList: [] }),
  )
  const tasks = stockFile(tunnel(1, { ProtoVersion: 'V2' }))
  const hosts = stockFile({
    Id: 1,
    Host: 'lab.example.com',
    AutoHttps: true,
    Client: { Id: 1 },
    Target: { TargetStr: '127.0.0.1:80' },
    CertFilePath: '-----BEGIN CERTIFICATE-----\nMIIB',
    KeyFilePath: '-----BEGIN PRIVATE KEY-----\nMIIB',
  })
  const text = await imported({ clients, tasks, hosts })
  expect(store.clients.list()).toMatchObject([
    {
      enabled: true,
      limits: { expiresAtMs: new Date(2025, 11, 31, 23, 59, 59).getTime(), deny: ['203.0.113.7'] },
    },
    { enabled: true, limits: { allow: ['198.51.100.7', '10.0.0.0/8'] } },
    { enabled: true, limits: {} },
  ])
  expect(store.tunnels.list()).toMatchObject([
    { settings: { proxyProtocol: 'v2' } },
    { enabled: true, settings: { host: { redirectToHttps: true } } },
  ])
  expect(text).toContain('its certificate was pasted into the console and is left out')
  expect(text).not.toContain('BEGIN')
  expect(text).not.toContain('let me in')
  expect(text).toContain('visitors put themselves on its list by a password')
})

test('what restricts and is not understood is named, and its record stays disabled', async () => {
  const text = await imported({
    clients: stockFile(
      client(1, { ExpireTime: 'next summer' }),
      client(2, { BlackIpList: ['the neighbour'] }),
      client(3, { IpWhite: true, IpWhitePass: 'x', IpWhiteList: [''] }),
      client(4, { OnlyOnMondays: true, NotAtNight: '' }),
      client(5, { ExpireTime: '2026-02-30 00:00:00' }),
    ),
    tasks: stockFile(tunnel(1, { Client: { Id: 4 }, KnockPorts: [1, 2] }), tunnel(2, { Client: { Id: 4 } })),
  })
  expect(store.clients.list().map(({ enabled }) => enabled)).toEqual([false, false, false, false, false])
  expect(store.tunnels.list().map(({ enabled }) => enabled)).toEqual([false, true])
  for (const words of [
    'client 1: taken; its ExpireTime "next summer" is no date; so it is taken disabled',
    'client 2: taken; "the neighbour" is no address or network; so it is taken disabled',
    'add their addresses; it lets in only who is on a list, and the list is empty; so',
    'client 4: taken; its OnlyOnMondays is not known here; so',
    'client 5: taken; its ExpireTime "2026-02-30 00:00:00" is no date; so',
    'tcp tunnel 1 on port 7001: taken; its KnockPorts is not known here; so',
  ])
    expect(text).toContain(words)
})

test('what a whole server keeps out, each client keeps out', async () => {
  const text = await imported({
    clients: stockFile(client(1, { BlackIpList: ['203.0.113.7'] }), client(2)),
    global: stockFile({ BlackIpList: ['203.0.113.7', '192.0.2.0/24'], ServerUrl: 'http://example.com' }),
  })
  expect(store.clients.list()).toMatchObject([
    { enabled: true, limits: { deny: ['203.0.113.7', '192.0.2.0/24'] } },
    { enabled: true, limits: { deny: ['203.0.113.7', '192.0.2.0/24'] } },
  ])
  expect(text).not.toContain('disabled')
})

test('a global.json that cannot be read lets nobody in', async () => {
  const text = await imported({ clients: stockFile(client(1)), global: '{"BlackIpList": [' })
  expect(store.clients.list()).toMatchObject([{ enabled: false }])
  expect(text).toContain('client 1: taken; global.json: it is not JSON; so it is taken disabled')
})

test('djylb: JSON arrays come with dates, rules, rates and quotas of each client, tunnel and host', async () => {
  const flow = { ExportFlow: 5, InletFlow: 6, FlowLimit: 2, TimeLimit: '2026-06-01T00:00:00Z' }
  const text = await imported({
    clients: JSON.stringify([
      client(1, {
        Flow: flow,
        Mode: 'tcp',
        NowConn: 3,
        EntryAclMode: 2,
        EntryAclRules: '# home\n10.1.*.*\r\n2001:db8::/32',
      }),
      client(2, {
        ExpireAt: 1_900_000_000,
        FlowLimit: 5_000,
        RateLimit: 10,
        EntryAclMode: 1,
        EntryAclRules: '192.0.2.1',
      }),
      client(3, { OwnerUserID: 7 }),
      client(4, { EntryAclMode: 1, EntryAclRules: 'geoip:cn' }),
      client(5, { Flow: { TimeLimit: '0001-01-01T00:00:00Z' } }),
    ]),
    tasks: JSON.stringify([
      tunnel(1, {
        ExpireAt: 1_900_000_000,
        MaxConn: 4,
        Target: { TargetStr: ':22\n127.0.0.1:22', ProxyProtocol: 1 },
      }),
      tunnel(2, {
        ExpireAt: 1_900_000_000,
        MaxConn: 4,
        Target: { TargetStr: '127.0.0.1:22', ProxyProtocol: 1 },
      }),
      tunnel(3, {
        Mode: 'socks5',
        UserAuth: { Content: 'ann=pw', AccountMap: { ann: 'pw' } },
        DestAclMode: 2,
        DestAclRules: '10.0.0.0/8',
      }),
      tunnel(4, { UserAuth: { Content: 'ann=pw', AccountMap: { ann: 'pw' } } }),
    ]),
    hosts: JSON.stringify([
      {
        Id: 1,
        Host: 'a.example.com',
        CertFile: 'conf/a.pem',
        KeyFile: 'conf/a.key',
        Client: { Id: 1 },
        Target: { TargetStr: '127.0.0.1:80' },
        MaxConn: 9,
        PathRewrite: '/x',
        UserAuth: { AccountMap: { ann: 'pw' } },
      },
    ]),
  })
  expect(store.clients.list()).toMatchObject([
    {
      enabled: true,
      downBytes: 5,
      limits: {
        quotaBytes: 2 * 1024 * 1024,
        expiresAtMs: Date.UTC(2026, 5, 1),
        deny: ['10.1.0.0/16', '2001:db8::/32'],
      },
    },
    {
      enabled: true,
      limits: {
        expiresAtMs: 1_900_000_000_000,
        quotaBytes: 5_000,
        rateBytesPerSecond: 10_240,
        allow: ['192.0.2.1'],
      },
    },
    { enabled: false },
    { enabled: false },
    { enabled: true, limits: {} },
  ])
  const users = [{ name: 'ann', password: 'pw' }]
  expect(store.tunnels.list()).toMatchObject([
    {
      port: 7002,
      enabled: true,
      settings: { proxyProtocol: 'v1' },
      limits: { expiresAtMs: 1_900_000_000_000, maxConnections: 4 },
    },
    { port: 7003, enabled: false, settings: { users } },
    { port: 7004, enabled: false },
    {
      mode: 'host',
      enabled: true,
      limits: { maxConnections: 9 },
      settings: { users, host: { certFile: join(state.path, '../conf/a.pem') } },
    },
  ])
  for (const words of [
    'its OwnerUserID is not known here',
    '"geoip:cn" is no address or network',
    'its DestAclMode is not known here',
    'it asks for users, which tcp does not do here',
    'its PathRewrite is left out',
  ])
    expect(text).toContain(words)
})

test('one broken record of an array spoils no other; a broken array is named', async () => {
  const text = await imported({
    clients: JSON.stringify([client(1), { Id: 'two' }, client(3)]),
    tasks: '[{"Id": 1',
  })
  expect(store.clients.list().map(({ id }) => id)).toEqual([1, 3])
  expect(text).toContain('clients.json 2: record: left out')
  expect(text).toContain('tasks.json 1: record: left out; it is not JSON')
})

test('djylb: a proxy of two kinds is taken as the kind that it is', async () => {
  const client = JSON.stringify([{ Id: 5, VerifyKey: 'a-key-that-nobody-guesses-5', Status: true }])
  // as nps 0.35.0 of this fork writes a SOCKS5 tunnel of an older folder
  const proxy = {
    Port: 7102,
    ServerIp: '',
    Mode: 'mixProxy',
    Status: true,
    RunStatus: false,
    Client: { Id: 5 },
    Flow: { ExportFlow: 0, InletFlow: 0, FlowLimit: 0, TimeLimit: '0001-01-01T00:00:00Z' },
    Remark: 'so',
    TargetType: 'all',
    HttpProxy: false,
    Socks5Proxy: true,
    Target: { TargetStr: '', TargetArr: null, LocalProxy: false, ProxyProtocol: 0 },
    HealthNextTime: '0001-01-01T00:00:00Z',
  }
  const tasks = JSON.stringify([
    { ...proxy, Id: 3 },
    { ...proxy, Id: 4, Port: 7103, HttpProxy: true, Socks5Proxy: false },
    { ...proxy, Id: 5, Port: 7104, HttpProxy: true },
  ])
  const text = await imported({ clients: client, tasks })
  expect(store.tunnels.list()).toMatchObject([
    { mode: 'socks5', port: 7102, enabled: true },
    { mode: 'httpProxy', port: 7103, enabled: true },
  ])
  expect(text).toContain('it is a SOCKS5 and an HTTP proxy on one port')
})
