import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { RelayError } from '@nps-desktop/relay-core/api'
import { silentLog } from '@nps-desktop/relay-core/log'
import type { RelayConnection } from '@nps-desktop/relay-core/api-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataFolder } from '../../testing/data-folder.ts'
import { newNote } from '../known-tunnels/new-note.ts'
import { MemoryRelay } from '../../testing/memory-relay.ts'
import { serverRecord } from '../../testing/stored-machines.ts'
import { forgetServer } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import { adminKeySecret, Relays } from './relays.ts'
import { untilRelay } from './relay-view.ts'

let data: DataFolder
let storage: Storage
let relays: Relays
let attempts: PromiseWithResolvers<RelayConnection>[]
let begun: PromiseWithResolvers<void>

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
  await storage.secrets.set(adminKeySecret('s1'), 'key')
  storage.servers.put(
    serverRecord({
      relay: {
        host: '127.0.0.1',
        bridgePort: 8024,
        fingerprint: 'f',
        version: null,
        range: { from: 1, to: 2 },
      },
    }),
  )
  attempts = []
  begun = Promise.withResolvers()
  relays = new Relays({
    storage,
    connect: () => {
      const attempt = Promise.withResolvers<RelayConnection>()
      attempts.push(attempt)
      begun.resolve()
      return attempt.promise
    },
    clock: new ManualClock(),
    random: () => 0,
    log: silentLog,
    diagnose: () => Promise.reject(new Error('not looked at here')),
  })
  relays.start()
})
afterEach(async () => {
  for (const attempt of attempts) attempt.reject(refused)
  await relays.close()
  await data[Symbol.asyncDispose]()
})

const refused = new RelayError('relay-unreachable', 'refused', {})

test('"Try now" answers with the end of its own try, and not of the one before', async () => {
  const options = { signal: AbortSignal.timeout(5_000) }
  await begun.promise
  begun = Promise.withResolvers()
  attempts[0]?.reject(refused)
  await untilRelay(relays, 's1', ({ link }) => link.state === 'waiting', options)
  let isOver = false
  const trying = relays.tryNow('s1', options).then(() => (isOver = true))
  await begun.promise
  expect(isOver).toBe(false)
  attempts[1]?.reject(refused)
  await trying
  expect(attempts).toHaveLength(2)
})

test('what a person asks for does not end with the failure of an earlier try', async () => {
  const options = { signal: AbortSignal.timeout(5_000) }
  await begun.promise
  begun = Promise.withResolvers()
  attempts[0]?.reject(refused)
  await untilRelay(relays, 's1', ({ link }) => link.state === 'waiting', options)
  const reached = relays.reach('s1', options)
  await begun.promise
  const now = new MemoryRelay().connection()
  attempts[1]?.resolve(now)
  expect(await reached).toBe(now.client)
})

test('a link on which nothing passes any more is replaced before long work begins', async () => {
  const options = { signal: AbortSignal.timeout(5_000) }
  await begun.promise
  begun = Promise.withResolvers()
  const before = new MemoryRelay()
  attempts[0]?.resolve(before.connection())
  await untilRelay(relays, 's1', ({ link }) => link.state === 'online', options)
  // the first question is answered: it looks online
  await untilRelay(relays, 's1', ({ mirror }) => mirror.answeredAtMs !== null, options)
  before.broken = true
  const proved = relays.prove('s1', options)
  await begun.promise
  const now = new MemoryRelay().connection()
  attempts[1]?.resolve(now)
  await proved
  expect(relays.api('s1')).toBe(now.client)
})

test('nothing of a server that was removed stays, whatever was under way with it', async () => {
  const options = { signal: AbortSignal.timeout(5_000) }
  await begun.promise
  const relay = new MemoryRelay()
  attempts[0]?.resolve(relay.connection())
  await untilRelay(relays, 's1', ({ mirror }) => mirror.last !== null && mirror.tunnels !== null, options)
  const { last, tunnels } = relays.view('s1').mirror
  if (!last || !tunnels) throw new Error('the relay has told nothing')
  forgetServer(storage, 's1')
  await relays.close()
  // what waited for a disk that was full
  storage.whenPossible('last-status/s1', () => storage.lastStatus.put('s1', last))
  storage.lastTunnels.put('s1', tunnels)
  storage.tunnelNotes.put(newNote('s1-t1', 'ssh'))
  expect(storage.lastStatus.get('s1')).toBeNull()
  expect(storage.lastTunnels.get('s1')).toBeNull()
  expect(storage.tunnelNotes.list()).toEqual([])
})
