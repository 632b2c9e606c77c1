import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import { maxWatches } from '../../api/webhook/watch-limits.ts'
import type { Watched } from '../../api/webhook/watch-models.ts'
import { silentLog } from '../../log/log.ts'
import type { AgentSession } from '../../session/agent-session.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { decodeQuestion, type WatchedQuestion } from '../../wire/watched-question.ts'
import { StoreFolder } from '../../testing/store-folder.ts'
import type { Store } from '../store/store.ts'
import type { WebhookEvent } from '../webhook/event.ts'
import { Watches } from './watches.ts'

const { signal } = new AbortController()
const second = 1_000
let state: StoreFolder
let store: Store
let clock: ManualClock
let watches: Watches
let told: WebhookEvent[]
let asked: WatchedQuestion[]
let answer: Watched
let isOnline: boolean
beforeEach(() => {
  state = new StoreFolder(0)
  store = state.store
  clock = new ManualClock()
  told = []
  asked = []
  answer = { processes: [], gpus: [] }
  isOnline = true
  store.clients.add({ name: 'a100', vkey: 'k'.repeat(32), settings: {}, limits: {} }, 0)
  watches = new Watches({
    store: store.watches,
    labOf: () => ({ name: 'a100' }),
    sessionOf: () => (isOnline ? (session as AgentSession) : undefined),
    tell: (event) => told.push(event),
    log: silentLog,
    clock,
  })
})
afterEach(() => {
  watches.close()
  state[Symbol.dispose]()
})

/** As npc: it answers one question at a time. */
let isBusy = false
const session: Pick<AgentSession, 'openWatched'> = {
  openWatched: async () => {
    if (isBusy) throw new RelayError('target-denied', 'The lab box is just being asked the same.')
    isBusy = true
    return new Duplex({
      read: () => undefined,
      write: (chunk: Uint8Array, _encoding, done) => {
        asked.push(decodeQuestion(chunk) ?? { pids: [], gpus: false })
        done()
      },
      final(done) {
        this.push(JSON.stringify(answer))
        this.push(null)
        done()
      },
    }).on('close', () => (isBusy = false))
  },
}
const wish = (pid: number) =>
  ({ kind: 'process-ends', pid, startedAtMs: clock.now(), name: 'train.py' }) as const

test('the end of a process is told once, within ten seconds, and what is watched is kept over a restart', async () => {
  const { startedAtMs } = wish(42)
  answer = { processes: [{ pid: 42, startedAtMs }], gpus: null }
  const watch = await watches.add(1, wish(42), { signal })
  expect((await watches.add(1, wish(42), { signal })).id).toBe(watch.id)
  clock.advance(10 * second)
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(told).toEqual([])
  expect(store.watches.list()).toEqual([watch])
  answer = { processes: [], gpus: null }
  clock.advance(10 * second)
  await vi.waitFor(() => expect(told).toHaveLength(1))
  expect(told).toEqual([{ event: 'process-ended', process: 'train.py', lab: 'a100', ranMs: 20 * second }])
  expect(watches.list()).toEqual([])
})

test('what npc does not see, and more than a lab box may have, is refused; after a month it is forgotten', async () => {
  await expect(watches.add(1, wish(42), { signal })).rejects.toMatchObject({ code: 'target-missing' })
  const { startedAtMs } = wish(1)
  for (let pid = 1; pid <= 32; pid += 1) {
    answer = { processes: [{ pid, startedAtMs }], gpus: null }
    const { expiresAtMs } = await watches.add(1, wish(pid), { signal })
    expect(expiresAtMs).toBe(clock.now() + 30 * 86_400 * second)
  }
  await expect(watches.add(1, wish(33), { signal })).rejects.toMatchObject({ code: 'limit-reached' })
  for (const { id } of watches.list()) watches.remove(id)
  store.watches.add({ clientId: 1, wish: wish(1), expiresAtMs: clock.now() + 5 * second })
  answer = { processes: [{ pid: 1, startedAtMs }], gpus: null }
  clock.advance(10 * second)
  expect(watches.list()).toEqual([])
  expect(told).toEqual([])
})

test('GPUs are asked about once a minute, and one is told of after five minutes of rest', async () => {
  answer = { processes: [], gpus: [{ index: 3, usePercent: 0, usedBytes: 1e8 }] }
  await watches.add(1, { kind: 'gpus-free', count: 1 }, { signal })
  for (let minute = 0; minute <= 5; minute += 1) {
    const before = asked.length
    clock.advance(60 * second)
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before))
    await vi.waitFor(() => expect(minute < 5 || told.length > 0).toBe(true))
  }
  expect(asked.length).toBeLessThanOrEqual(8)
  expect(told).toEqual([{ event: 'gpus-free', lab: 'a100', gpus: [3] }])
})

test('who asks while npc is being asked waits for its turn, and is not told that its owner does not want it', async () => {
  const { startedAtMs } = wish(1)
  answer = { processes: [1, 2, 3].map((pid) => ({ pid, startedAtMs })), gpus: [] }
  await watches.add(1, wish(1), { signal })
  const added = Promise.all([watches.add(1, wish(2), { signal }), watches.add(1, wish(3), { signal })])
  clock.advance(10 * second)
  await added
  expect(watches.list().map(({ wish: one }) => 'pid' in one && one.pid)).toEqual([1, 2, 3])
})

test('two that are added at once are the same one, and are no more than a lab box may have', async () => {
  const expiresAtMs = clock.now() + 60 * second
  for (let pid = 101; pid < 100 + maxWatches; pid += 1)
    store.watches.add({ clientId: 1, wish: wish(pid), expiresAtMs })
  answer = { processes: [1, 2].map((pid) => ({ pid, startedAtMs: clock.now() })), gpus: [] }
  const [first, same, more] = await Promise.allSettled(
    [1, 1, 2].map((pid) => watches.add(1, wish(pid), { signal })),
  )
  expect(same).toEqual(first)
  expect(more).toMatchObject({ status: 'rejected', reason: { code: 'limit-reached' } })
  expect(watches.list()).toHaveLength(maxWatches)
})

test('a state file that another program holds locked ends nothing, and what is over is forgotten afterwards', () => {
  store.watches.add({ clientId: 1, wish: wish(1), expiresAtMs: clock.now() + 5 * second })
  const backup = new DatabaseSync(join(state.path, 'relay.db'))
  backup.exec('begin immediate')
  clock.advance(10 * second)
  expect(store.watches.list()).toHaveLength(1)
  backup.exec('rollback')
  backup.close()
  clock.advance(10 * second)
  expect(store.watches.list()).toEqual([])
})

test('an end is told at once, and once, while the state file cannot be written, also beside a watch that is over', async () => {
  store.watches.add({ clientId: 1, wish: wish(1), expiresAtMs: clock.now() + 5 * second })
  for (const pid of [2, 3])
    store.watches.add({ clientId: 1, wish: wish(pid), expiresAtMs: clock.now() + 1_000 * second })
  const { startedAtMs } = wish(3)
  answer = { processes: [{ pid: 3, startedAtMs }], gpus: null }
  const backup = new DatabaseSync(join(state.path, 'relay.db'))
  backup.exec('begin immediate')
  clock.advance(10 * second)
  await vi.waitFor(() => expect(told).toMatchObject([{ event: 'process-ended' }]))
  clock.advance(10 * second)
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(asked.map(({ pids }) => pids)).toEqual([[2, 3], [3]])
  expect(store.watches.list()).toHaveLength(3)
  backup.exec('rollback')
  backup.close()
  clock.advance(10 * second)
  expect(store.watches.list()).toHaveLength(1)
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  expect(told).toHaveLength(1)
})

test('a lab box without a GPU that tells its use is not waited for', async () => {
  answer = { processes: [], gpus: [] }
  await expect(watches.add(1, { kind: 'gpus-free', count: 1 }, { signal })).rejects.toMatchObject({
    code: 'target-missing',
  })
})

test('a GPU that nothing was heard of for ten minutes has not rested as long', async () => {
  answer = { processes: [], gpus: [{ index: 0, usePercent: 0, usedBytes: 0 }] }
  await watches.add(1, { kind: 'gpus-free', count: 1 }, { signal })
  const look = async (count: number) => {
    clock.advance(60 * second)
    await vi.waitFor(() => expect(asked).toHaveLength(count))
    await vi.waitFor(() => expect(isBusy).toBe(false))
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate)
  }
  await look(2)
  isOnline = false
  clock.advance(600 * second)
  isOnline = true
  await look(3)
  expect(told).toEqual([])
  for (let minute = 1; minute <= 5; minute += 1) await look(3 + minute)
  expect(told).toHaveLength(1)
})
