import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataFolder } from '../../testing/data-folder.ts'
import { labRecord, serverRecord } from '../../testing/stored-machines.ts'
import type { Relays } from '../relays/relays.ts'
import { secretName } from '../ssh/machines.ts'
import { forgetLab } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import { LabRecords } from './lab-records.ts'

const options = { signal: new AbortController().signal }
const gate = { host: 'gate', port: 22, user: 'alice' }
const lab = labRecord({
  address: { host: '192.168.1.10', port: 22, user: 'alice' },
  jump: { kind: 'other', address: gate },
})
let data: DataFolder
let storage: Storage

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
  storage.servers.put(serverRecord())
  storage.labs.put(lab)
  const key = { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:k', key: null, pinnedAtMs: 1 }
  storage.hostKeys.pin({ host: '192.168.1.10', port: 22, way: 'gate:22', ...key })
})
afterEach(() => data[Symbol.asyncDispose]())

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

test('of a lab box that is removed while sign-ins are being saved, that of its jump host is not kept either', async () => {
  const secret = { kind: 'password', password: 'new' } as const
  const jump = { kind: 'other', address: gate, secret } as const
  const address = { host: '192.168.1.10', port: 22, user: 'bob', jump }
  const records = new LabRecords({ storage, relays: {} as Relays })
  const editing = records.edit({ labId: lab.id, address, secret }, options)
  forgetLab(storage, lab.id)
  await expect(editing).rejects.toMatchObject({ code: 'not-found' })
  expect(storage.secrets.names()).toEqual([])
})
