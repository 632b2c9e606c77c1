import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownerOnly } from '../../testing/owner-only.ts'
import { keyIdOf, newVkey } from './client-store.ts'
import { openStore, type Store } from './store.ts'
import { bytesOfMonth, noMonth } from './stored-month.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-store-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const t0 = Date.UTC(2026, 0, 5, 10, 0, 30)
const minute = 60_000
const hour = 60 * minute

test('clients and tunnels survive closing; removing a client removes its tunnels; ids are never used again', () => {
  const first = openStore(folder, t0)
  const vkey = newVkey()
  const client = first.clients.add({ name: 'lab', vkey }, t0)
  const tunnel = first.tunnels.add(
    { clientId: client.id, name: 'ssh', mode: 'tcp', port: 7001, target: '127.0.0.1:22' },
    t0,
  )
  expect(statSync(join(folder, 'relay.db')).mode & 0o777).toBe(ownerOnly)
  first.close()

  const second = openStore(folder, t0 + 1)
  expect(second.clients.findByKeyId(keyIdOf(vkey))).toMatchObject({ id: client.id, name: 'lab', vkey })
  expect(second.tunnels.get(tunnel.id)).toEqual(tunnel)
  second.clients.remove(client.id)
  expect(second.tunnels.list()).toEqual([])
  expect(second.clients.add({ name: 'lab', vkey }, t0).id).toBeGreaterThan(client.id)
  second.close()
})

test('the same key twice is refused', () => {
  const store = openStore(folder, t0)
  store.clients.add({ name: 'a', vkey: 'k'.repeat(16) }, t0)
  expect(() => store.clients.add({ name: 'b', vkey: 'k'.repeat(16) }, t0)).toThrow(
    'Another client has this key',
  )
  store.close()
})

test('traffic adds up by minute and hour; a time without a running relay is unknown, not zero', () => {
  const before = openStore(folder, t0 - 50 * minute)
  before.traffic.record([], t0 - 40 * minute)
  before.close()
  const store = openStore(folder, t0)
  const { id: clientId } = store.clients.add({ name: 'a', vkey: newVkey() }, t0)
  const { id } = store.tunnels.add({ clientId, name: 'a', mode: 'tcp', port: 1, target: 'a:1' }, t0)
  store.traffic.record([{ atMs: t0, tunnelId: id, clientId, downBytes: 5, upBytes: 1 }], t0)
  store.traffic.record([{ atMs: t0 + 10_000, tunnelId: id, clientId, downBytes: 7, upBytes: 2 }], t0 + 10_000)
  store.traffic.record(
    [{ atMs: t0 + minute, tunnelId: id + 1, clientId, downBytes: 100, upBytes: 0 }],
    t0 + minute,
  )
  expect(store.tunnels.get(id)).toMatchObject({ downBytes: 12, upBytes: 3 })

  const { points, periodMs } = store.traffic.history('hour', t0 + 2 * minute, { tunnelId: id })
  expect(points).toHaveLength(60)
  expect(periodMs).toBe(minute)
  expect(points.at(-3)).toEqual({ atMs: t0 - 30_000, downBytes: 12, upBytes: 3 })
  expect(points.at(-2)).toMatchObject({ downBytes: 0 })
  // The relay has not yet said that it runs in the newest minute, and it was down half an hour ago.
  expect(points.at(-1)).toMatchObject({ downBytes: null })
  expect(points.at(-30)).toMatchObject({ downBytes: null })
  expect(points.at(-45)).toMatchObject({ downBytes: 0 })
  expect(store.traffic.history('day', t0 + 2 * minute).points.at(-1)).toMatchObject({ downBytes: 112 })
  const dayOf = (of: number) => store.traffic.history('day', t0 + 2 * minute, { clientId: of }).points.at(-1)
  expect(dayOf(clientId)).toMatchObject({ downBytes: 12, upBytes: 3 })
  expect(dayOf(clientId + 1)).toMatchObject({ downBytes: 0, upBytes: 0 })
  expect(store.traffic.history('week', t0 + 2 * minute).points.at(-1)).toMatchObject({
    downBytes: 112,
    upBytes: 3,
  })
  store.close()
})

test('what a month has carried outlives a restart, and a clock that was in another year for a while', () => {
  const first = openStore(folder, t0)
  const { id: clientId } = first.clients.add({ name: 'a', vkey: newVkey() }, t0)
  const { id } = first.tunnels.add({ clientId, name: 'a', mode: 'tcp', port: 1, target: 'a:1' }, t0)
  const [later, next] = [Date.UTC(2031, 4), Date.UTC(2026, 1)]
  const carry = (store: Store, atMs: number, downBytes: number) =>
    store.traffic.record([{ atMs, tunnelId: id, clientId, downBytes, upBytes: 0 }], atMs)
  const ofMonth = (store: Store, atMs: number) =>
    [store.tunnels.get(id)?.month ?? noMonth, store.clients.record(clientId).month].map((month) =>
      bytesOfMonth(month, atMs),
    )
  carry(first, t0, 5)
  carry(first, later, 7)
  first.close()
  const store = openStore(folder, t0)
  expect(ofMonth(store, t0)).toEqual([7, 7])
  carry(store, t0, 1)
  expect(ofMonth(store, t0)).toEqual([8, 8])
  expect(ofMonth(store, next)).toEqual([0, 0])
  carry(store, next, 2)
  expect(ofMonth(store, next)).toEqual([2, 2])
  store.close()
})

test('minutes are kept for 48 hours, hours for 90 days', () => {
  const store = openStore(folder, t0)
  store.traffic.record([{ atMs: t0, tunnelId: 1, clientId: 1, downBytes: 1, upBytes: 1 }], t0)
  store.traffic.prune(t0 + 49 * hour)
  expect(store.traffic.history('day', t0 + hour).points.some(({ downBytes }) => downBytes === 1)).toBe(false)
  expect(store.traffic.history('week', t0 + hour).points.some(({ downBytes }) => downBytes === 1)).toBe(true)
  store.traffic.prune(t0 + 91 * 24 * hour)
  expect(store.traffic.history('week', t0 + hour).points.some(({ downBytes }) => downBytes === 1)).toBe(false)
  store.close()
})

/** As the first version of nps wrote it. */
const firstSchema = `
  create table schema (version integer not null) strict;
  insert into schema values (1);
  create table clients (
    id integer primary key autoincrement, name text not null, vkey text not null unique, key_id text not null unique,
    enabled integer not null default 1, created_at_ms integer not null, last_seen_ms integer) strict;
  create table tunnels (
    id integer primary key autoincrement, client_id integer not null references clients(id) on delete cascade,
    name text not null, mode text not null, port integer not null unique, target text not null,
    enabled integer not null default 1, created_at_ms integer not null,
    down_bytes integer not null default 0, up_bytes integer not null default 0) strict;
  create table traffic_minutes (
    at_ms integer not null, tunnel_id integer not null, down_bytes integer not null, up_bytes integer not null,
    primary key (at_ms, tunnel_id)) strict, without rowid;
  create table traffic_hours (
    at_ms integer not null, tunnel_id integer not null, down_bytes integer not null, up_bytes integer not null,
    primary key (at_ms, tunnel_id)) strict, without rowid;
  create table invites (
    code_hash text primary key, client_id integer not null references clients(id) on delete cascade,
    host text not null, expires_at_ms integer not null, fetched_at_ms integer) strict;
  create table runs (started_at_ms integer primary key, last_at_ms integer not null) strict;`

test('state of the first version opens with all it holds, and ids go on from there', () => {
  const vkey = newVkey()
  const database = new DatabaseSync(join(folder, 'relay.db'))
  database.exec(`${firstSchema}
    insert into clients values (3, 'lab', '${vkey}', '${keyIdOf(vkey)}', 0, ${t0}, null);
    insert into tunnels values (8, 3, 'ssh', 'tcp', 7001, '127.0.0.1:22', 1, ${t0}, 5, 2), (9, 3, 'x', 'tcp', 7002, 'a:1', 1, ${t0}, 0, 0);
    delete from tunnels where id = 9;
    insert into invites values ('hash', 3, 'cloud', ${t0 + hour}, null)`)
  database.close()
  const store = openStore(folder, t0)
  expect(store.clients.list()).toMatchObject([
    { id: 3, name: 'lab', vkey, enabled: false, lastSeenMs: null, settings: {}, downBytes: 5, upBytes: 2 },
  ])
  expect(store.tunnels.list()).toMatchObject([
    { id: 8, clientId: 3, mode: 'tcp', port: 7001, target: '127.0.0.1:22', downBytes: 5, pushedBy: null },
  ])
  expect(store.invites.list()).toMatchObject([{ clientId: 3, host: 'cloud', fetches: 0, fetchedFrom: null }])
  const added = store.tunnels.add({ clientId: 3, name: 'b', mode: 'udp', port: 7001, target: 'a:1' }, t0)
  expect(added.id).toBe(10)
  store.close()
})

test('a row that is damaged is named, with the next step', () => {
  const first = openStore(folder, t0)
  const { id } = first.clients.add({ name: 'a', vkey: newVkey() }, t0)
  first.close()
  const database = new DatabaseSync(join(folder, 'relay.db'))
  database.exec(`update clients set limits = '{"half'`)
  database.close()
  const store = openStore(folder, t0)
  expect(() => store.clients.list()).toThrow(
    `"limits" of row ${id} in "clients": it is no JSON. Move relay.db`,
  )
  store.close()
})

test('state of a newer version is refused by name, not overwritten', () => {
  openStore(folder, t0).close()
  const database = new DatabaseSync(join(folder, 'relay.db'))
  database.exec('update schema set version = 99')
  database.close()
  expect(() => openStore(folder, t0)).toThrow(/relay\.db cannot be opened: .*newer nps \(schema 99/)
})
