import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DataFolder } from '../../testing/data-folder.ts'
import { labRecord, serverRecord } from '../../testing/stored-machines.ts'
import { AppError } from '../failures/app-error.ts'
import type { Storage, TunnelNote } from '../storage/records.ts'
import { Moving } from './moving.ts'
import { seal } from './sealed-file.ts'

interface Computer {
  data: DataFolder
  storage: Storage
  moving: Moving
}
let old: Computer
let fresh: Computer
const passphrase = 'correct horse'

async function computer(): Promise<Computer> {
  const data = await DataFolder.open()
  return { data, storage: data.storage, moving: movingOf(data.storage) }
}
function movingOf(storage: Storage): Moving {
  const save: ConstructorParameters<typeof Moving>[0]['save'] = (change) => void storage.settings.save(change)
  return new Moving({ storage, version: '1.0.0', clock: systemClock, log: silentLog, save, cost: 10 })
}
beforeEach(async () => {
  old = await computer()
  fresh = await computer()
  await fill(old.storage)
})
afterEach(async () => {
  for (const { data } of [old, fresh]) await data[Symbol.asyncDispose]()
})

const server = serverRecord({
  name: 'cloud-hz',
  address: { host: '120.1.1.2', port: 22, user: 'root' },
  relay: {
    host: '120.1.1.2',
    bridgePort: 8024,
    fingerprint: 'sha256:ab',
    version: '1.0.0',
    range: { from: 7000, to: 9000 },
  },
})
const lab = labRecord({
  id: 's1-c1',
  name: 'lab-a100',
  address: { host: '10.0.0.5', port: 22, user: 'goudan' },
  jump: { kind: 'server', serverId: 's1' },
  clientId: 1,
  allowTarget: '127.0.0.1,::1',
  allowTargetThere: '127.0.0.1,::1',
})
const note: TunnelNote = {
  id: 's1-t7',
  kind: 'jupyter',
  localPort: 8888,
  passwordMark: 'aa.bb',
  entrance: null,
  wished: { labId: 's1-c1', target: '127.0.0.1:8888' },
  removal: null,
}
const hostKey = {
  host: '120.1.1.2',
  port: 22,
  way: '',
  algorithm: 'ssh-ed25519',
  fingerprint: `SHA256:${'a'.repeat(43)}`,
  key: 'QUFB',
  pinnedAtMs: 1,
}

async function fill(storage: Storage): Promise<void> {
  storage.servers.put(server)
  storage.servers.put({ ...server, id: 's9', name: 'trial', local: true })
  storage.labs.put(lab)
  storage.labs.put({ ...lab, id: 's9-c1', serverId: 's9', name: 'trial box' })
  storage.tunnelNotes.put(note)
  storage.tunnelNotes.put({ ...note, id: 's1-t8', removal: { dueAtMs: 1, startOnUndo: true } })
  storage.hostKeys.pin(hostKey)
  storage.settings.save({
    theme: 'dark',
    language: 'zh-CN',
    sshEntries: 'on',
    updateAddress: 'https://example.org/',
  })
  await storage.secrets.set('server/s1/admin-key', 'the admin key')
  await storage.secrets.set('server/s9/admin-key', 'of the trial')
  await storage.secrets.set('lab/s1-c1/ssh', JSON.stringify({ kind: 'key', key: '/home/goudan/.ssh/id' }))
}
const pack = async (): Promise<string> => (await old.moving.pack({ passphrase })).file

test('a new computer has all of it, sealed by its own key; the trial and what is one computer’s own stay behind', async () => {
  const input = { file: await pack(), passphrase }
  const contents = await fresh.moving.look(input)
  expect(contents).toMatchObject({
    version: '1.0.0',
    servers: ['cloud-hz'],
    labs: ['lab-a100'],
    here: 0,
    hostKeys: 1,
    signIns: 2,
    settings: 2,
    keyFiles: [join('/home/goudan/.ssh/id')],
  })
  expect(fresh.storage.servers.list()).toEqual([])
  expect(await fresh.moving.take(input)).toEqual(contents)
  const { servers, labs, tunnelNotes, hostKeys, secrets, settings } = fresh.storage
  expect(servers.list()).toEqual([server])
  expect(labs.list()).toEqual([lab])
  expect(tunnelNotes.list()).toEqual([note])
  expect(hostKeys.list()).toEqual([hostKey])
  expect(secrets.names()).toEqual(['lab/s1-c1/ssh', 'server/s1/admin-key'])
  expect(await secrets.get('server/s1/admin-key')).toBe('the admin key')
  expect(settings.get()).toMatchObject({
    theme: 'dark',
    language: 'zh-CN',
    sshEntries: 'unasked',
    updateAddress: '',
  })
  expect(await fresh.moving.take(input)).toMatchObject({
    servers: [],
    labs: [],
    here: 2,
    hostKeys: 0,
    signIns: 0,
    settings: 0,
  })
})

test('what is here stays as it is, and gets only what it lacks', async () => {
  const { storage } = fresh
  storage.servers.put({ ...server, name: 'mine' })
  storage.settings.save({ theme: 'light' })
  storage.hostKeys.pin({ ...hostKey, fingerprint: `SHA256:${'b'.repeat(43)}` })
  storage.tunnelNotes.put({ ...note, id: 's1-t3' })
  await storage.secrets.set('server/s1/admin-key', 'newer')
  const contents = await fresh.moving.take({ file: await pack(), passphrase })
  expect(contents).toMatchObject({
    servers: [],
    labs: ['lab-a100'],
    here: 1,
    hostKeys: 0,
    signIns: 1,
    settings: 1,
  })
  expect(storage.servers.list().map(({ name }) => name)).toEqual(['mine'])
  expect(storage.hostKeys.get(hostKey)?.fingerprint).toContain('bbb')
  expect(await storage.secrets.get('server/s1/admin-key')).toBe('newer')
  expect(storage.settings.get()).toMatchObject({ theme: 'light', language: 'zh-CN' })
  // port 8888 of this laptop has a tunnel already
  expect(storage.tunnelNotes.get('s1-t7')?.localPort).toBe(null)
})

test('a server that was connected here by itself is the same one, and its lab boxes and tunnels are', async () => {
  const { storage } = fresh
  storage.servers.put({ ...server, id: 'sX', name: 'mine', address: null })
  storage.labs.put({ ...lab, id: 'sX-c2', serverId: 'sX', clientId: 2, name: 'other' })
  await fresh.moving.take({ file: await pack(), passphrase })
  expect(storage.servers.list().map(({ id }) => id)).toEqual(['sX'])
  expect(storage.labs.get('sX-c1')).toMatchObject({
    serverId: 'sX',
    jump: { kind: 'server', serverId: 'sX' },
  })
  expect(storage.tunnelNotes.get('sX-t7')?.wished).toEqual({ labId: 'sX-c1', target: '127.0.0.1:8888' })
  expect(await storage.secrets.get('lab/sX-c1/ssh')).toContain('id')
})

test('a wrong passphrase is told plainly, and changes nothing', async () => {
  const input = { file: await pack(), passphrase: 'wrong horse' }
  await expect(fresh.moving.look(input)).rejects.toMatchObject({ code: 'passphrase-wrong' })
  await expect(fresh.moving.take(input)).rejects.toMatchObject({ code: 'passphrase-wrong' })
  expect(fresh.storage.secrets.names()).toEqual([])
})

test('a sealed file with anything else in it is refused as a whole', async () => {
  const good = {
    madeAtMs: 1,
    version: '1',
    servers: [],
    labs: [],
    tunnelNotes: [],
    hostKeys: [],
    settings: {},
    secrets: [],
  }
  const wrong: unknown[] = [
    'no object',
    {},
    { ...good, servers: [server, { ...server, id: 7 }] },
    { ...good, servers: Array.from({ length: 257 }, () => server) },
    { ...good, hostKeys: [{ ...hostKey, key: 'a b\nevil' }] },
    // an id is written into the ssh settings
    { ...good, servers: [server], labs: [{ ...lab, id: 'l1\n  ProxyCommand sh -c id' }] },
    { ...good, servers: [{ ...server, id: 's1/../s2' }] },
    { ...good, secrets: [{ name: 'x'.repeat(300), value: '' }] },
  ]
  for (const data of wrong) {
    const file = (await seal(JSON.stringify(data), passphrase, { cost: 10 })).toString('base64')
    await expect(fresh.moving.take({ file, passphrase })).rejects.toMatchObject({ code: 'export-unreadable' })
  }
  const strays = [
    { name: '../s1/ssh', value: 'x' },
    { name: 'server/none/ssh', value: 'x' },
    { name: 'server/s1/a/b', value: 'x' },
    { name: 'lab/__proto__/ssh', value: 'x' },
  ]
  const data = { ...good, servers: [server], labs: [{ ...lab, serverId: 'none' }], secrets: strays }
  const file = (await seal(JSON.stringify(data), passphrase, { cost: 10 })).toString('base64')
  await fresh.moving.take({ file, passphrase })
  expect(fresh.storage.labs.list()).toEqual([])
  expect(fresh.storage.secrets.names()).toEqual([])
})

test('a disk that is full in the middle leaves nothing half there, and the second try brings all', async () => {
  const input = { file: await pack(), passphrase }
  let tunnelsDial = 0
  using _listening = fresh.storage.onChange(() => (tunnelsDial = fresh.storage.servers.list().length))
  const put = vi.spyOn(fresh.storage.labs, 'put').mockImplementation(() => {
    throw new AppError('storage-failed', 'full', { path: '/', reason: 'full' })
  })
  await expect(fresh.moving.take(input)).rejects.toMatchObject({ code: 'storage-failed' })
  expect([fresh.storage.servers.list(), tunnelsDial]).toEqual([[], 0])
  expect((await fresh.data.reopen()).servers.list()).toEqual([])
  put.mockRestore()
  fresh = { ...fresh, storage: fresh.data.storage, moving: movingOf(fresh.data.storage) }
  expect(await fresh.moving.take(input)).toMatchObject({ servers: ['cloud-hz'], labs: ['lab-a100'] })
  expect(fresh.storage.labs.list()).toEqual([lab])
  expect(fresh.storage.tunnelNotes.list()).toEqual([note])
})
