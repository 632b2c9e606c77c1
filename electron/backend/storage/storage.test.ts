import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownerOnly } from '../../../relay-core/src/testing/owner-only.ts'
import { DataFolder, openStorageIn } from '../../testing/data-folder.ts'
import { installedByCron, labRecord, serverRecord } from '../../testing/stored-machines.ts'
import { mergeSameRelay } from '../servers/steps/same-relay.ts'
import { forgetLab, forgetServer } from './forget-server.ts'
import type { Storage } from './records.ts'
import { storageFile } from './storage.ts'

let data: DataFolder
let storage: Storage

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
})
afterEach(() => data[Symbol.asyncDispose]())

async function reopen(): Promise<void> {
  storage = await data.reopen()
}

const server = serverRecord({ address: { host: '203.0.113.4', port: 22, user: 'root' } })
const lab = labRecord({ jump: { kind: 'server', serverId: 's1' }, installed: installedByCron })

test('rows come back after reopening, in the order in which they were first put', async () => {
  storage.servers.put(server)
  storage.servers.put({ ...server, id: 's0', name: 'second' })
  storage.servers.put({ ...server, name: 'renamed' })
  storage.labs.put(lab)
  await reopen()
  expect(storage.servers.list().map((row) => row.name)).toEqual(['renamed', 'second'])
  expect(storage.labs.get('l1')).toEqual(lab)
  storage.labs.delete('l1')
  await reopen()
  expect(storage.labs.list()).toEqual([])
})

test('a change calls the listeners until they leave', () => {
  let calls = 0
  const subscription = storage.onChange(() => (calls += 1))
  storage.servers.put(server)
  storage.servers.delete('s1')
  storage.servers.delete('s1')
  subscription[Symbol.dispose]()
  storage.servers.put(server)
  expect(calls).toBe(2)
})

test('a secret comes back, and neither the file nor its log holds it in the clear', async () => {
  await storage.secrets.set('server/s1/ssh', 'correct horse battery')
  await reopen()
  expect(await storage.secrets.get('server/s1/ssh')).toBe('correct horse battery')
  expect(await storage.secrets.get('server/s2/ssh')).toBeNull()
  storage.close()
  const bytes = await readFile(join(data.path, storageFile))
  expect(bytes.includes('correct horse battery')).toBe(false)
  expect((await stat(join(data.path, storageFile))).mode & 0o777).toBe(ownerOnly)
})

test('secrets under a prefix go together, others stay', async () => {
  for (const name of ['server/s1/ssh', 'server/s1/admin-key', 'server/s10/ssh', 'lab/l1/ssh']) {
    await storage.secrets.set(name, name)
  }
  storage.secrets.deleteUnder('server/s1/')
  expect(await storage.secrets.get('server/s1/ssh')).toBeNull()
  expect(await storage.secrets.get('server/s1/admin-key')).toBeNull()
  expect(await storage.secrets.get('server/s10/ssh')).toBe('server/s10/ssh')
})

test('a secret sealed under another key is `secret-unreadable`, with the way on', async () => {
  await storage.secrets.set('server/s1/ssh', 'x')
  await writeFile(join(data.path, 'secret-key'), Buffer.alloc(32, 7))
  await reopen()
  await expect(storage.secrets.get('server/s1/ssh')).rejects.toMatchObject({
    code: 'secret-unreadable',
    fixes: [{ action: 'enter-secret' }],
  })
})

test('a host key is pinned, replaced and forgotten by host, port and way', async () => {
  const key = {
    host: 'h',
    port: 22,
    way: '',
    algorithm: 'ssh-ed25519',
    fingerprint: 'SHA256:a',
    key: null,
    pinnedAtMs: 1,
  }
  storage.hostKeys.pin(key)
  storage.hostKeys.pin({ ...key, port: 2222 })
  storage.hostKeys.pin({ ...key, way: 'gate:22', fingerprint: 'SHA256:c' })
  storage.hostKeys.pin({ ...key, fingerprint: 'SHA256:b' })
  storage.hostKeys.learn({ ...key, fingerprint: 'SHA256:b' }, 'QUFB')
  storage.hostKeys.learn(key, 'of another fingerprint')
  await reopen()
  expect(storage.hostKeys.get(key)).toMatchObject({ fingerprint: 'SHA256:b', key: 'QUFB' })
  storage.hostKeys.forget(key)
  expect(storage.hostKeys.list().map(({ port, way }) => [port, way])).toEqual([
    [2222, ''],
    [22, 'gate:22'],
  ])
})

test('keys that were pinned without their way are kept, each for the way that leads to it', async () => {
  const at = (host: string) => ({ host, port: 22, user: 'u' })
  const other = { kind: 'other', address: at('gate') } as const
  const installed = { clientId: 1, installed: null }
  storage.servers.put({ ...server, id: 's1', address: at('cloud') })
  storage.labs.put({ ...lab, ...installed, id: 'l1', serverId: 's1', address: at('10.0.0.1'), jump: other })
  storage.labs.put({
    ...lab,
    ...installed,
    id: 'l2',
    serverId: 's1',
    address: at('10.0.0.1'),
    jump: { kind: 'server', serverId: 's1' },
  })
  storage.labs.put({
    ...lab,
    ...installed,
    id: 'l3',
    serverId: 's1',
    address: at('near'),
    jump: { kind: 'none' },
  })
  storage.close()
  const database = new DatabaseSync(join(data.path, storageFile))
  database.exec(`DROP TABLE host_keys;
    CREATE TABLE host_keys (
      host TEXT NOT NULL, port INTEGER NOT NULL, algorithm TEXT NOT NULL, fingerprint TEXT NOT NULL,
      pinned_at_ms INTEGER NOT NULL, PRIMARY KEY (host, port)) STRICT;
    DROP TABLE last_status; DROP TABLE terminals; DROP TABLE last_readings; DROP TABLE alerts; DROP TABLE transfers;
    DROP TABLE passing_clients;
    DROP TABLE seen_kinds;
    PRAGMA user_version = 4;
    INSERT INTO servers VALUES ('s2', 2, '{"half a'), ('s3', 3, '{}');
    INSERT INTO labs VALUES ('l4', 4, '${JSON.stringify({ ...lab, id: 'l4', address: at('behind'), jump: { kind: 'server', serverId: 's2' } })}')`)
  for (const host of ['cloud', '10.0.0.1', 'near', 'gate', 'forgotten'])
    database.exec(`INSERT INTO host_keys VALUES ('${host}', 22, 'ssh-ed25519', 'SHA256:${host}', 1)`)
  database.close()
  storage = await data.reopen()
  expect(storage.hostKeys.list().map(({ host, way }) => [host, way])).toEqual([
    ['cloud', ''],
    ['forgotten', ''],
    ['gate', ''],
    ['near', ''],
    ['10.0.0.1', 'cloud:22'],
    ['10.0.0.1', 'gate:22'],
  ])
})

test('terminals of before there were any on servers are those of lab boxes', async () => {
  storage.close()
  const database = new DatabaseSync(join(data.path, storageFile))
  database.exec(`INSERT INTO terminals VALUES ('tBefore01', 1, '{"id":"tBefore01","labId":"l1"}')`)
  database.close()
  storage = await data.reopen()
  storage.servers.put(server)
  const after = { id: 'tAfter001', machine: { kind: 'server', id: server.id } } as const
  storage.terminals.put(after)
  expect(storage.terminals.list()).toEqual([{ id: 'tBefore01', machine: { kind: 'lab', id: 'l1' } }, after])
})

test('settings keep what was saved and fall back to the default for what cannot be read', async () => {
  expect(storage.settings.get()).toMatchObject({ language: 'system', theme: 'system', closeToTray: true })
  storage.settings.save({ theme: 'dark', language: 'zh-CN' })
  storage.close()
  const database = new DatabaseSync(join(data.path, storageFile))
  database.exec(`UPDATE settings SET value = '"klingon"' WHERE name = 'language'`)
  database.close()
  storage = await data.reopen()
  expect(storage.settings.get()).toMatchObject({ language: 'system', theme: 'dark', closeToTray: true })
})

test('activity keeps the newest 5,000 lines', async () => {
  storage.close()
  // one transaction: five thousand single ones would wait for the disk each time
  const database = new DatabaseSync(join(data.path, storageFile))
  database.exec(`
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5009)
    INSERT INTO activity (at_ms, tone, code, params, server_id) SELECT n, 'ok', 'server-online', '{}', 's1' FROM numbers`)
  database.close()
  storage = await data.reopen()
  const about = { serverId: 's1', labId: null, tunnelId: null }
  storage.activity.add({
    atMs: 5_010,
    tone: 'bad',
    code: 'server-offline',
    params: { server: 'cloud' },
    ...about,
  })
  const rows = storage.activity.newest(10_000)
  expect(rows).toHaveLength(5_000)
  expect(rows[0]).toMatchObject({ atMs: 5_010, code: 'server-offline', params: { server: 'cloud' } })
  expect(rows.at(-1)?.atMs).toBe(11)
  storage.activity.add({
    atMs: 5_011,
    tone: 'info',
    code: 'tunnel-added',
    params: {},
    ...about,
    tunnelId: 't1',
  })
  storage.activity.removeTunnel('t1')
  expect(storage.activity.newest(1)).toEqual([expect.objectContaining({ atMs: 5_010 })])
  storage.activity.removeServer('s1')
  expect(storage.activity.newest(10)).toEqual([])
})

function damage(sql: string): void {
  storage.close()
  const database = new DatabaseSync(join(data.path, storageFile))
  database.exec(sql)
  database.close()
}

test('a row that cannot be read is set aside under its name, and every other one works', async () => {
  storage.servers.put(server)
  storage.servers.put({ ...server, id: 's2', name: 'second' })
  storage.labs.put(lab)
  storage.tunnelNotes.put({
    id: 's1-t1',
    kind: 'ssh',
    localPort: null,
    passwordMark: null,
    entrance: null,
    wished: null,
    removal: null,
  })
  damage(`
    UPDATE servers SET body = json_set(body, '$.relay', json('{"range":{"from":1,"to":999999}}')) WHERE id = 's1';
    UPDATE labs SET body = json_set(body, '$.name', null);
    UPDATE tunnel_notes SET body = 'no json at all';
    UPDATE settings SET value = 'no json either';
    INSERT INTO last_tunnels VALUES ('s2', '{{');
    INSERT INTO activity (at_ms, tone, code, params) VALUES (1, 'ok', 'server-online', '{{');`)
  storage = await data.reopen()
  expect(storage.servers.list().map(({ name }) => name)).toEqual(['second'])
  expect(storage.labs.list()).toEqual([])
  expect(storage.tunnelNotes.list()).toEqual([])
  expect(storage.lastTunnels.get('s2')).toBeNull()
  expect(storage.activity.newest(9)).toEqual([])
  const named = storage.setAside.list().map(({ kind, name }) => [kind, name])
  expect(named).toEqual([
    ['server', 'cloud'],
    ['lab', 'l1'],
    ['tunnel', 's1-t1'],
  ])
  await reopen()
  expect(storage.setAside.list()).toHaveLength(3)
  const [first] = storage.setAside.list()
  expect(storage.setAside.forget(first?.id ?? 0)).toEqual({ kind: 'server', rowId: 's1' })
  expect(storage.setAside.list()).toHaveLength(2)
})

test('a relay that is in the list already becomes one with the server that proves the same identity', () => {
  const range = { from: 7000, to: 9000 }
  const relay = { host: 'h', bridgePort: 8024, fingerprint: 'sha256:same', version: null, range }
  storage.servers.put({ ...server, id: 'old', address: null, relay })
  storage.labs.put({ ...lab, serverId: 'old' })
  storage.tunnelNotes.put({
    id: 'old-t7',
    kind: 'ssh',
    localPort: 2022,
    passwordMark: '',
    entrance: null,
    wished: null,
    removal: null,
  })
  storage.passingClients.put({ id: 'p1', serverId: 'old' })
  // removed while it was being set up, it takes nothing over
  mergeSameRelay(storage, 's1', 'sha256:same')
  expect(storage.servers.list().map(({ id }) => id)).toEqual(['old'])
  storage.servers.put(server)
  mergeSameRelay(storage, 's1', 'sha256:same')
  expect(storage.servers.list().map(({ id }) => id)).toEqual(['s1'])
  expect(storage.labs.list()).toEqual([{ ...lab, serverId: 's1' }])
  expect(storage.tunnelNotes.list()).toMatchObject([{ id: 's1-t7', localPort: 2022 }])
  expect(storage.passingClients.list()).toEqual([{ id: 'p1', serverId: 's1' }])
})

test('what could not be read again is never written', () => {
  const range = { from: 1, to: 999_999 }
  const relay = { host: 'h', bridgePort: 8024, fingerprint: 'f', version: null, range }
  expect(() => storage.servers.put({ ...server, relay })).toThrow('range')
  expect(() => storage.labs.put({ ...lab, name: '' })).toThrow('name')
  expect(storage.servers.list()).toEqual([])
})

test('a file of a newer version is refused, with what to do', async () => {
  storage.close()
  const database = new DatabaseSync(join(data.path, storageFile))
  database.exec('PRAGMA user_version = 999')
  database.close()
  await expect(data.reopen()).rejects.toMatchObject({ code: 'storage-failed' })
  await expect(data.reopen()).rejects.toThrow(/newer version.*update the app/)
})

test('a file that is no database is refused and left as it is', async () => {
  storage.close()
  await writeFile(
    join(data.path, storageFile),
    'not a database, but long enough to be taken for one'.repeat(100),
  )
  await expect(data.reopen()).rejects.toMatchObject({ code: 'storage-failed' })
})

test('a second app on the same file is refused, and the first goes on', async () => {
  await expect(openStorageIn(data.path)).rejects.toMatchObject({
    code: 'storage-in-use',
    params: { path: join(data.path, storageFile) },
  })
  storage.servers.put(server)
  await reopen()
  expect(storage.servers.get('s1')).toEqual(server)
})

test('what was asked for on a lab box is kept over a restart, and goes with the lab box', async () => {
  const alert = (id: string, labId: string) => ({ id, labId, wish: { kind: 'gpus-free', count: 1 } as const })
  storage.servers.put(server)
  for (const id of ['l1', 'l2']) storage.labs.put({ ...lab, id })
  storage.alerts.put(alert('a1', 'l1'))
  storage.alerts.put(alert('a2', 'l2'))
  storage.close()
  storage = await data.reopen()
  expect(storage.alerts.list()).toEqual([alert('a1', 'l1'), alert('a2', 'l2')])
  forgetLab(storage, 'l1')
  expect(storage.alerts.list()).toEqual([alert('a2', 'l2')])
})

test('nothing is written of a server or a lab box that was removed while it was under way', async () => {
  storage.servers.put(server)
  storage.labs.put(lab)
  const sealed = storage.secrets.set(`lab/${lab.id}/ssh`, 'a passphrase')
  const other = storage.secrets.set('server/s2/ssh', 'another')
  forgetServer(storage, server.id)
  await Promise.all([sealed, other])
  expect(storage.secrets.names()).toEqual(['server/s2/ssh'])
  storage.labs.put(lab)
  storage.alerts.put({ id: 'a1', labId: lab.id, wish: { kind: 'gpus-free', count: 1 } })
  storage.terminals.put({ id: 'tLater001', machine: { kind: 'lab', id: lab.id } })
  expect([storage.labs.list(), storage.alerts.list(), storage.terminals.list()]).toEqual([[], [], []])
})
