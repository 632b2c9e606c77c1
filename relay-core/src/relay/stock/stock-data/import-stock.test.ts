import { readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { StoreFolder } from '../../../testing/store-folder.ts'
import type { Store } from '../../store/store.ts'
import { formatReport, importStock } from './import-stock.ts'
import { readStockFile } from './stock-file.ts'
import { stockClient, stockHost, stockTunnel } from './stock-records.ts'

const sample = join(import.meta.dirname, 'sample/conf')
const now = () => Date.UTC(2026, 0, 5)
let state: StoreFolder
let store: Store
beforeEach(() => {
  state = new StoreFolder(now())
  store = state.store
})
afterEach(() => state[Symbol.dispose]())

test('clients come with key, limits, switches and counters, by their own ids', async () => {
  await importStock(sample, { store, now })
  expect(store.clients.list()).toMatchObject([
    {
      id: 2,
      name: 'lab-a100',
      vkey: '9nnc49omtv0fvez8',
      enabled: true,
      settings: { crypt: true, mayPush: false },
      limits: {
        rateBytesPerSecond: 512 * 1024,
        quotaBytes: 2048 * 1024 * 1024,
        maxConnections: 64,
        maxTunnels: 20,
      },
      downBytes: 5000,
      upBytes: 10,
    },
    { id: 3, name: 'client 3', vkey: 'abc123', enabled: false, settings: { compress: true }, limits: {} },
    { id: 5, name: 'old desk' },
  ])
})

test('tunnels of every mode come with their targets, users and counters, hosts among them', async () => {
  await importStock(sample, { store, now })
  const users = [{ name: 'reader', password: 'open sesame' }]
  const runPath = join(sample, '..')
  expect(store.tunnels.list()).toMatchObject([
    { id: 1, clientId: 2, name: 'ssh', mode: 'tcp', port: 7001, target: '127.0.0.1:22', downBytes: 4096 },
    {
      id: 2,
      port: 7002,
      target: '127.0.0.1:6006,10.0.0.2:6006',
      settings: { listenIp: '127.0.0.1', health: { type: 'tcp', intervalMs: 2000, maxFailures: 3 } },
    },
    { id: 4, clientId: 5, mode: 'udp', port: 7003, settings: {} },
    { id: 5, mode: 'socks5', port: 7004, target: '', settings: { users } },
    {
      id: 6,
      mode: 'socks5',
      settings: {
        users: [
          { name: 'a', password: '1' },
          { name: 'b', password: '2' },
        ],
      },
    },
    { id: 7, mode: 'httpProxy', enabled: false, settings: { users } },
    { id: 8, mode: 'private', port: null, settings: { password: 'pw' } },
    { id: 9, mode: 'private', target: '127.0.0.1:3389' },
    {
      name: 'notebook',
      mode: 'host',
      port: null,
      target: '127.0.0.1:8888,10.0.0.2:8888',
      settings: {
        users,
        host: {
          name: 'notebook.example.com',
          path: '/lab',
          scheme: 'all',
          hostHeader: '127.0.0.1:8888',
          setHeaders: { 'X-Lab': 'a100', 'X-From': 'http://example.com:80' },
          certFile: join(runPath, 'conf/notebook.pem'),
          keyFile: join(runPath, 'conf/notebook.key'),
        },
      },
      downBytes: 77,
      upBytes: 7,
    },
    {
      name: '*.example.com',
      target: '127.0.0.1:8080',
      settings: { host: { scheme: 'http', isPaused: true } },
    },
  ])
})

test('what is left out or different is said a line a record, without a key or a password', async () => {
  const report = await importStock(sample, { store, now })
  const text = formatReport(report).join('\n')
  expect(report).toMatchObject({ clientsTaken: 3, tunnelsTaken: 10 })
  for (const line of [
    'clients.json 2: client 3: taken; its vkey has 6 characters and can be guessed',
    'tasks.json 5: socks5 tunnel 6 on port 7005: taken; users without a name or a password are left out',
    'tasks.json 8: p2p tunnel 9: taken; p2p goes through the relay here',
    'tasks.json 7: secret tunnel 8: taken; its password has 2 characters and can be guessed',
    'tasks.json 9: tcpTrans tunnel 10 on port 7007: left out; there is no mode "tcpTrans" here',
    'tasks.json 10: tcp tunnel 11 on port 7008: left out; the relay dials nothing on behalf of others',
    'tasks.json 11: tcp tunnel 12 on port 7009: left out; its client 1 is not among those that were taken',
    'tasks.json 12: tcp tunnel 13 on port 7001: left out; tcp port 7001 belongs to another tunnel already',
    'tasks.json 13: record: left out; it is not JSON',
    'the header line "nonsense" is left out',
    'hosts.json 3: host 3 a*b.example.com/: left out; a*b.example.com is no name that can be matched here',
  ])
    expect(text).toContain(line)
  for (const { vkey } of store.clients.list()) expect(text).not.toContain(vkey)
  expect(text).not.toContain('open sesame')
})

test('a second import adds nothing and changes nothing, and the files stay as they are', async () => {
  const files = () =>
    ['clients', 'tasks', 'hosts'].map((name) => readFileSync(join(sample, `${name}.json`), 'utf8'))
  const before = files()
  await importStock(sample, { store, now })
  store.clients.update(2, { name: 'renamed since', settings: {}, limits: {} })
  const state = [store.clients.list(), store.tunnels.list()]
  const again = await importStock(sample, { store, now })
  expect(again).toMatchObject({ clientsTaken: 0, tunnelsTaken: 0 })
  expect([store.clients.list(), store.tunnels.list()]).toEqual(state)
  expect(again.lines.filter(({ outcome }) => outcome === 'there')).toHaveLength(13)
  expect(files()).toEqual(before)
})

test('ids that are taken give way, and what other clients hold is kept', async () => {
  const { id } = store.clients.add({ name: 'mine', vkey: 'my own key of 25 letters' }, now())
  const second = store.clients.add({ name: 'also mine', vkey: 'another key of 25 letters' }, now())
  expect([id, second.id]).toEqual([1, 2])
  store.tunnels.add({ clientId: 1, name: 'mine', mode: 'tcp', port: 7001, target: '127.0.0.1:1' }, now())
  const report = await importStock(sample, { store, now })
  expect(formatReport(report).join('\n')).toContain('tcp port 7001 belongs to another tunnel already')
  const lab = store.clients.list().find(({ name }) => name === 'lab-a100')
  expect(lab?.id).toBeGreaterThan(2)
  expect(store.tunnels.list().filter(({ name }) => name === 'boards')).toMatchObject([{ clientId: lab?.id }])
  expect(store.tunnels.get(1)).toMatchObject({ name: 'mine', target: '127.0.0.1:1' })
})

test('all or nothing: a failure in the middle leaves the state as it was', async () => {
  const [client] = (await importStock(sample, { store, now })).lines
  expect(client?.outcome).toBe('taken')
  const state = [store.clients.list(), store.tunnels.list()]
  const one = { vkey: 'a key of its own', enabled: true, settings: {}, limits: {}, downBytes: 0, upBytes: 0 }
  const clients = [
    { ...one, name: 'first', wantedId: 50 },
    { ...one, name: 'same key', wantedId: 51 },
  ]
  expect(() => store.importRecords({ clients, tunnels: [] }, now())).toThrow('UNIQUE')
  expect([store.clients.list(), store.tunnels.list()]).toEqual(state)
})

test('a folder without the files is refused by a sentence; one with clients alone will do', async () => {
  await expect(importStock(state.path, { store, now })).rejects.toThrow(
    `There is no clients.json in ${state.path}`,
  )
  mkdirSync(join(state.path, 'conf'))
  writeFileSync(join(state.path, 'conf/clients.json'), readFileSync(join(sample, 'clients.json')))
  expect(await importStock(state.path, { store, now })).toMatchObject({ clientsTaken: 3, tunnelsTaken: 0 })
})

/** Halves of pairs, too. What fast-check has for this makes a table of all characters first, a second of work. */
const codeUnit = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code))

test('records are read back whatever is in them; what is broken spoils no other', () => {
  const schema = z.object({ Remark: z.string() })
  fc.assert(
    fc.property(
      fc.array(fc.record({ Remark: fc.string({ unit: codeUnit }) })),
      fc.nat(),
      (records, where) => {
        const texts = records.map((record) => JSON.stringify(record))
        texts.splice(where % (texts.length + 1), 0, '{"Remark"')
        const read = readStockFile(texts.map((text) => `${text}\n*#*`).join(''), schema)
        expect(read.flatMap((entry) => ('record' in entry ? [entry.record] : []))).toEqual(records)
        expect(read.filter((entry) => 'problem' in entry)).toHaveLength(1)
      },
    ),
  )
})

test('no text at all makes the reader throw', () => {
  const piece = fc.oneof(fc.string(), fc.json(), fc.constant('\n*#*'), fc.constant('{"Id":1,"Client":{"Id":'))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const entries = [
        ...readStockFile(text, stockClient),
        ...readStockFile(text, stockTunnel),
        ...readStockFile(text, stockHost),
      ]
      expect(entries.every((entry) => 'record' in entry || entry.problem !== '')).toBe(true)
    }),
  )
})
