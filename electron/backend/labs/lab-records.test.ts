import { afterEach, beforeEach, expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { DataFolder } from '../../testing/data-folder.ts'
import { installedByCron, labRecord, serverRecord } from '../../testing/stored-machines.ts'
import type { Relays } from '../relays/relays.ts'
import { forgetLab, forgetServer } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import { LabRecords } from './lab-records.ts'

const options = { signal: new AbortController().signal }
const thisBox = '127.0.0.1,::1'
let data: DataFolder
let storage: Storage

const lab = labRecord({
  id: 's1-c3',
  address: { host: 'lab', port: 22, user: 'alice' },
  installed: installedByCron,
  agentKey: 'sha256:its-own',
  allowTarget: thisBox,
  allowTargetThere: thisBox,
})

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
  const range = { from: 7000, to: 9000 }
  storage.servers.put(
    serverRecord({ relay: { host: 'h', bridgePort: 8024, fingerprint: 'f', version: null, range } }),
  )
  storage.labs.put(lab)
})
afterEach(() => data[Symbol.asyncDispose]())

/** With a relay that answers a new client with `id` and makes its lines by `line`. */
function recordsWith({
  id = 3,
  line = (list?: string) => `sh -s -- '-allow_target=${list}'`,
  onAdd = (_client: unknown): void => undefined,
  known = 3,
} = {}) {
  const clients = {
    list: async () => [{ id: known }],
    add: async (client: unknown) => {
      onAdd(client)
      return { id }
    },
    invite: async ({ allowTarget }: { allowTarget?: string | undefined }) => ({
      curl: line(allowTarget),
      wget: `sh -s -- '-allow_target=${allowTarget}'`,
      expiresAtMs: 1,
    }),
  }
  return new LabRecords({ storage, relays: standIn<Relays>({ reach: async () => ({ clients }) }) })
}

test('what npc keeps to is not known any more once a line with another list was shown', async () => {
  const records = recordsWith()
  await records.invite({ labId: lab.id, platform: 'linux' }, options)
  expect(storage.labs.get(lab.id)?.otherListByLine).toBe(undefined)
  await records.edit({ labId: lab.id, allowTarget: `${thisBox},10.0.0.5:22` }, options)
  await records.invite({ labId: lab.id, platform: 'linux' }, options)
  await records.edit({ labId: lab.id, allowTarget: thisBox }, options)
  expect(storage.labs.get(lab.id)).toEqual({ ...lab, otherListByLine: true })
})

test('a line without the limit that was asked for is not shown', async () => {
  const inviting = recordsWith({ line: () => 'sh' }).invite({ labId: lab.id, platform: 'linux' }, options)
  await expect(inviting).rejects.toMatchObject({ code: 'version-unsupported' })
  const forWindows = recordsWith().invite({ labId: lab.id, platform: 'windows' }, options)
  await expect(forWindows).rejects.toMatchObject({ code: 'version-unsupported' })
})

test('targets are added to the list of that moment', async () => {
  const records = recordsWith()
  await records.edit({ labId: lab.id, allowTarget: '127.0.0.1' }, options)
  records.allow({ labId: lab.id, targets: ['10.0.0.5:22'] })
  expect(storage.labs.get(lab.id)?.allowTarget).toBe('127.0.0.1,10.0.0.5:22')
})

test('a new lab box does not take the place of another, whatever its server says', async () => {
  const fresh = { serverId: 's1', name: 'b200', address: null, allowTarget: thisBox }
  const { labId } = await recordsWith({ id: 3 }).add(fresh, options)
  expect(labId).not.toBe(lab.id)
  expect(storage.labs.get(lab.id)).toEqual(lab)
})

test('a lab box may bring no tunnels of its own to its server, also where it is made anew there', async () => {
  const made: unknown[] = []
  const records = recordsWith({ id: 4, known: 9, onAdd: (client) => made.push(client) })
  await records.add({ serverId: 's1', name: 'b200', address: null, allowTarget: thisBox }, options)
  await records.invite({ labId: lab.id, platform: 'linux' }, options)
  const settings = { mayPush: false }
  expect(made).toEqual([
    { name: 'b200', settings },
    { name: 'a100', settings },
  ])
})

test('a lab box that is removed while its sign-in is being saved stays removed, with the sign-in', async () => {
  const secret = { kind: 'password', password: 'a right horse' } as const
  const editing = recordsWith().edit({ labId: lab.id, secret }, options)
  forgetLab(storage, lab.id)
  await expect(editing).rejects.toMatchObject({ code: 'not-found' })
  expect(storage.labs.list()).toEqual([])
  expect(storage.secrets.names()).toEqual([])
})

test('a lab box that is being added to a server that is removed leaves no sign-in behind', async () => {
  const secret = { kind: 'password', password: 'a right horse' } as const
  const records = recordsWith({ id: 4, onAdd: () => forgetServer(storage, 's1') })
  const input = { serverId: 's1', name: 'b200', address: null, secret, allowTarget: null }
  await expect(records.add(input, options)).rejects.toMatchObject({ code: 'not-found' })
  expect([storage.labs.list(), storage.secrets.names()]).toEqual([[], []])
})
