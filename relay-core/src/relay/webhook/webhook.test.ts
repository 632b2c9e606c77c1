import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import { silentLog } from '../../log/log.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { StoreFolder } from '../../testing/store-folder.ts'
import type { Store } from '../store/store.ts'
import type { Seen } from './seen.ts'
import { Webhook } from './webhook.ts'

vi.mock('./post.ts', () => ({ post: () => Promise.resolve({ status: 200, body: '' }) }))

let state: StoreFolder
let store: Store
beforeEach(() => {
  state = new StoreFolder(0)
  store = state.store
})
afterEach(() => state[Symbol.dispose]())

const used = (bytes: number): Seen => ({
  clients: [],
  tunnels: [
    {
      id: 7,
      clientId: 3,
      name: 'Jupyter',
      enabled: true,
      downTargets: [],
      limits: { quotaBytes: 100 },
      downBytes: bytes,
      upBytes: 0,
      monthBytes: 0,
    },
  ],
  passes: [],
})

test('what was told while the state could not be written is noted once it can', async () => {
  const clock = new ManualClock()
  let seen = used(0)
  const webhook = new Webhook({ store: store.webhook, server: 's', look: () => seen, log: silentLog, clock })
  webhook.set({ kind: 'json', url: 'https://example.org/hook', language: 'en' })
  const setTold = vi.spyOn(store.webhook, 'setTold')
  setTold.mockImplementation(() => {
    throw new RelayError('disk-full', 'no room', {})
  })
  seen = used(90)
  clock.advance(20_000)
  expect([setTold.mock.calls.length > 0, store.webhook.told().quotas]).toEqual([true, undefined])
  setTold.mockRestore()
  clock.advance(10_000)
  expect(Object.values(store.webhook.told().quotas ?? {})).toEqual([80])
  await vi.waitFor(() => expect(webhook.view()?.last?.state).toBe('taken'), { timeout: 5_000 })
  webhook.close()
})

test('a clock that was hours ahead when the relay started keeps nothing untold', async () => {
  const clock = new ManualClock(8 * 3_600_000)
  const agent = (state: 'online' | 'offline') =>
    state === 'offline'
      ? { state, sinceMs: clock.now() }
      : {
          state,
          sinceMs: clock.now(),
          address: 'a:1',
          version: '1',
          protocol: 'native' as const,
          roundTripMs: 1,
        }
  const labOf = (state: 'online' | 'offline'): Seen => ({
    clients: [
      {
        id: 3,
        name: 'lab-a100',
        enabled: true,
        isTemporary: false,
        agent: agent(state),
        limits: {},
        downBytes: 0,
        upBytes: 0,
        monthBytes: 0,
      },
    ],
    tunnels: [],
    passes: [],
  })
  let seen = labOf('online')
  const webhook = new Webhook({ store: store.webhook, server: 's', look: () => seen, log: silentLog, clock })
  webhook.set({ kind: 'json', url: 'https://example.org/hook', language: 'en' })
  clock.set(-8 * 3_600_000)
  clock.advance(10_000)
  seen = labOf('offline')
  clock.advance(180_000)
  await vi.waitFor(() => expect(webhook.view()?.last?.state).toBe('taken'), { timeout: 5_000 })
  webhook.close()
})
