import type { UnreadItem } from '@nps-desktop/relay-core/api'
import { silentLog } from '@nps-desktop/relay-core/log'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { DataFolder } from '../../testing/data-folder.ts'
import { installedByCron, labRecord, serverRecord } from '../../testing/stored-machines.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import { followClients } from './adopt-clients.ts'
import { passingClientName } from '../passing-client-name.ts'
import type { Relays } from './relays.ts'

let data: DataFolder
let storage: Storage
/** The relay tells of these clients. */
let tell: (clients: readonly UnreadItem[], unread?: readonly UnreadItem[]) => void

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
  storage.servers.put(serverRecord())
  let clients: readonly UnreadItem[] = []
  let unread: readonly UnreadItem[] = []
  let listener = (_serverId: string): void => undefined
  const relays = standIn<Relays>({
    view: () => ({ mirror: { clients, unread: { clients: unread } }, link: { state: 'online' } }),
    onChange: (given: typeof listener) => {
      listener = given
      return { [Symbol.dispose]: () => undefined }
    },
  })
  followClients(storage, relays, silentLog)
  tell = (told, more = []) => {
    clients = [...told]
    unread = more
    listener('s1')
  }
})
afterEach(() => data[Symbol.asyncDispose]())

const pasted = labRecord({ id: 's1-c3', agentKey: 'sha256:its-own', allowTarget: '127.0.0.1,::1' })
const overSsh: LabRecord = {
  ...pasted,
  address: { host: 'lab', port: 22, user: 'alice' },
  installed: installedByCron,
}

test.each([
  ['by a pasted line', pasted],
  ['over ssh', overSsh],
  ['over ssh, and left out by an app of before', { ...overSsh, clientId: null }],
])('what is kept of a lab box set up %s outlives a relay that leaves it out and shows it again', (_, lab) => {
  storage.labs.put(lab)
  tell([{ id: 3, name: 'a100' }])
  tell([])
  expect(storage.labs.list()).toEqual([{ ...lab, clientId: 3 }])
  tell([{ id: 3, name: 'renamed' }])
  expect(storage.labs.list()).toEqual([{ ...lab, clientId: 3, name: 'renamed' }])
})

test('a client that a lab box had before it was set up again is another one, and takes nothing from it', () => {
  const lab = { ...overSsh, clientId: 7 }
  storage.labs.put(lab)
  tell([
    { id: 3, name: 'a100' },
    { id: 7, name: 'a100' },
  ])
  expect(storage.labs.get('s1-c3')).toEqual(lab)
  expect(storage.labs.list()).toHaveLength(2)
})

test('a lab box that only the relay has told of goes when it is gone there', () => {
  tell([{ id: 4, name: 'by-hand' }])
  expect(storage.labs.list()).toMatchObject([{ id: 's1-c4', name: 'by-hand', clientId: 4 }])
  tell([])
  expect(storage.labs.list()).toEqual([])
})

test('one whose client is of a newer kind than this app can read stays', () => {
  tell([{ id: 4, name: 'by-hand' }])
  tell([], [{ id: 4, name: 'by-hand' }])
  expect(storage.labs.list()).toMatchObject([{ id: 's1-c4', clientId: 4 }])
})

test('a client that stands for a laptop for some minutes is no lab box; one that a person calls nearly so is', () => {
  tell([
    { id: 3, name: passingClientName('pAbc123xyz') },
    { id: 4, name: 'Setting up another laptop' },
  ])
  expect(storage.labs.list().map(({ name }) => name)).toEqual(['Setting up another laptop'])
})
