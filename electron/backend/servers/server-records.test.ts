import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataFolder } from '../../testing/data-folder.ts'
import { MemoryRelay } from '../../testing/memory-relay.ts'
import { serverRecord } from '../../testing/stored-machines.ts'
import { adminKeySecret, type Relays } from '../relays/relays.ts'
import { secretName } from '../ssh/machines.ts'
import { forgetServer } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import { ServerRecords } from './server-records.ts'

const address = { host: '203.0.113.4', port: 22, user: 'root' }
const server = serverRecord({ address, plan: { monthBytes: 1e12, lineBytesPerSecond: null } })
let data: DataFolder
let storage: Storage
let records: ServerRecords

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
  // what the calls need; the rest of the relays is not there
  const relays = { retryNow: () => undefined } as Partial<Relays> as Relays
  records = new ServerRecords({ storage, relays, connect: async () => new MemoryRelay().connection() })
  storage.servers.put(server)
  const key = { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:k', key: null, pinnedAtMs: 1 }
  storage.hostKeys.pin({ host: address.host, port: 22, way: '', ...key })
})
afterEach(() => data[Symbol.asyncDispose]())

test('a server that is added again by ssh while it is removed is a new one, with its sign-in', async () => {
  const secret = { kind: 'password', password: 'a right horse' } as const
  const adding = records.add({ address, secret })
  forgetServer(storage, server.id)
  const { serverId } = await adding
  expect(storage.servers.list()).toEqual([serverRecord({ id: serverId, name: address.host, address })])
  expect(await storage.secrets.get(secretName({ kind: 'server', id: serverId }))).toBe(JSON.stringify(secret))
})

test('a server that is added again by its key while it is removed is a new one, with its key', async () => {
  const range = { from: 7000, to: 9000 }
  const relay = { host: 'h', bridgePort: 8024, fingerprint: 'sha256:x', version: null, range }
  storage.servers.put({ ...server, relay })
  const { set } = storage.secrets
  storage.secrets.set = (name, value) => {
    const sealing = set(name, value)
    if (storage.servers.get(server.id)) forgetServer(storage, server.id)
    return sealing
  }
  const input = { host: '203.0.113.4', bridgePort: 8024, adminKey: 'a-key-of-the-app' }
  const { serverId } = await records.connect(input, { signal: new AbortController().signal })
  expect(storage.servers.list()).toMatchObject([{ id: serverId, name: input.host, address: null }])
  expect(await storage.secrets.get(adminKeySecret(serverId))).toBe(input.adminKey)
})
