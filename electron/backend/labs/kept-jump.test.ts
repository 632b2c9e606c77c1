import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openKeyFile } from '../key-file.ts'
import type { Relays } from '../relays/relays.ts'
import { secretName } from '../ssh/machines.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import { openStorage } from '../storage/storage.ts'
import { LabRecords } from './lab-records.ts'

const options = { signal: new AbortController().signal }
const gate = { host: 'gate', port: 22, user: 'alice' }
const lab: LabRecord = {
  id: 'l1',
  serverId: 's1',
  name: 'a100',
  address: { host: '192.168.1.10', port: 22, user: 'alice' },
  jump: { kind: 'other', address: gate },
  clientId: 3,
  installed: null,
  agentKey: null,
  allowTarget: null,
  allowTargetThere: null,
}
let folder: string
let storage: Storage

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-desktop-jump-'))
  storage = openStorage({ dataFolder: folder, ...(await openKeyFile(folder)) })
  storage.servers.put({
    id: 's1',
    name: 'cloud',
    address: null,
    relay: null,
    installed: null,
    ports: null,
    local: false,
  })
  storage.labs.put(lab)
  const key = { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:k', key: null, pinnedAtMs: 1 }
  storage.hostKeys.pin({ host: '192.168.1.10', port: 22, way: 'gate:22', ...key })
})
afterEach(async () => {
  storage.close()
  await rm(folder, { recursive: true })
})

test('a new sign-in of a lab box behind a jump host keeps the way there, and the sign-in of that host', async () => {
  const jumpSecret = secretName({ kind: 'lab', id: lab.id }, 'jump')
  await storage.secrets.set(jumpSecret, 'of the gate')
  const records = new LabRecords({ storage, relays: {} as Relays })
  const address = { host: '192.168.1.10', port: 22, user: 'bob' }
  const secret = { kind: 'password', password: 'new' } as const
  const kept = { kind: 'kept', labId: lab.id } as const
  await records.edit({ labId: lab.id, address: { ...address, jump: kept }, secret }, options)
  expect(storage.labs.get(lab.id)).toMatchObject({ address, jump: lab.jump })
  expect(await storage.secrets.get(jumpSecret)).toBe('of the gate')
  // the same address reached directly is another machine, whose key nobody has confirmed
  const direct = records.edit({ labId: lab.id, address: { ...address, jump: { kind: 'none' } } }, options)
  await expect(direct).rejects.toMatchObject({ code: 'host-key-unconfirmed' })
})
