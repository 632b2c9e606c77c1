import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataFolder } from '../../testing/data-folder.ts'
import { labRecord, serverRecord } from '../../testing/stored-machines.ts'
import { forgetLab, forgetServer } from '../storage/forget-server.ts'
import { createMachines, secretName } from './machines.ts'

const old = { kind: 'password', password: 'not it' } as const
const secret = { kind: 'password', password: 'correct horse' } as const

let data: DataFolder
beforeEach(async () => {
  data = await DataFolder.open()
  data.storage.servers.put(serverRecord())
  data.storage.labs.put(labRecord())
})
afterEach(() => data[Symbol.asyncDispose]())

test.each([
  { kind: 'server', id: 's1' },
  { kind: 'lab', id: 'l1' },
] as const)(
  'another sign-in of a $kind is kept, and nothing of one that is removed meanwhile',
  async (ref) => {
    const { secrets } = data.storage
    await secrets.set(secretName(ref), JSON.stringify(old))
    const machines = createMachines({ storage: data.storage })
    await machines.correct(ref, { passphrase: 'of no key', secret })
    expect(await secrets.get(secretName(ref))).toBe(JSON.stringify(secret))

    const corrected = machines.correct(ref, { passphrase: 'of no key', secret: old })
    if (ref.kind === 'server') forgetServer(data.storage, ref.id)
    else forgetLab(data.storage, ref.id)
    await corrected
    expect(secrets.names()).toEqual([])
  },
)
