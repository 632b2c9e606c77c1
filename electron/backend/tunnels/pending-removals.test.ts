import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import type { TunnelNote } from '../storage/records.ts'
import { PendingRemovals } from './pending-removals.ts'

type Parts = ConstructorParameters<typeof PendingRemovals>[0]

/** A tunnel whose deletion is due at `dueAtMs`, and what deleting needs; the rest of the app is not there. */
function pendingRemoval({
  dueAtMs,
  clock,
  start = async () => ({}),
  mirror = { tunnels: [{ id: 9 }], hasToldTunnels: true, unread: { tunnels: [] } },
}: {
  dueAtMs: number
  clock: Parts['clock']
  start?: () => Promise<object>
  mirror?: { tunnels: { id: number }[]; hasToldTunnels: boolean; unread: { tunnels: { id: number }[] } }
}) {
  const note: TunnelNote = {
    id: 's1-t9',
    kind: 'ssh',
    localPort: null,
    passwordMark: null,
    entrance: null,
    wished: null,
    removal: { dueAtMs, startOnUndo: true },
  }
  const notes = new Map([[note.id, note]])
  const removed: number[] = []
  const tunnels = {
    start,
    remove: async ({ id }: { id: number }) => {
      removed.push(id)
      return {}
    },
  }
  let tell = (): void => undefined
  const removal = new PendingRemovals({
    log: silentLog,
    clock,
    storage: standIn<Parts['storage']>({
      tunnelNotes: {
        get: (id: string) => notes.get(id),
        list: () => [...notes.values()],
        put: (row: TunnelNote) => void notes.set(row.id, row),
        delete: (id: string) => void notes.delete(id),
      },
      whenPossible: (_: string, write: () => void) => write(),
    }),
    relays: standIn<Parts['relays']>({
      api: () => ({ tunnels }),
      view: () => ({ link: { state: 'online' }, mirror }),
      onChange: (listener: (serverId: string) => void) => {
        tell = () => listener('s1')
        return { [Symbol.dispose]: () => undefined }
      },
    }),
  })
  removal.start()
  return { removal, note, notes, removed, tellChange: () => tell() }
}

test('what the server tells while "Undo" waits for it does not bring the deletion back', async () => {
  const started = Promise.withResolvers<object>()
  let due = (): void => undefined
  const { removal, note, notes, removed, tellChange } = pendingRemoval({
    dueAtMs: 10_000,
    clock: {
      now: () => 9_900,
      after: (_, action) => {
        due = action
        return { [Symbol.dispose]: () => (due = () => undefined) }
      },
    },
    start: () => started.promise,
  })
  const undone = removal.undo(note.id)
  tellChange()
  due()
  started.resolve({})
  await undone
  await removal.close()
  expect(removed).toEqual([])
  expect(notes.get(note.id)?.removal).toBe(null)
})

test('what an earlier run of the app could not read of a server is no sign that a tunnel to delete is gone', async () => {
  const mirror = { tunnels: [{ id: 1 }], hasToldTunnels: false, unread: { tunnels: [] as { id: number }[] } }
  const waits: (() => void)[] = []
  const { removal, notes, removed, tellChange } = pendingRemoval({
    dueAtMs: 10_000,
    clock: {
      now: () => 20_000,
      after: (_, action) => {
        waits.push(action)
        return { [Symbol.dispose]: () => undefined }
      },
    },
    mirror,
  })
  tellChange()
  expect([...notes]).toHaveLength(1)
  mirror.hasToldTunnels = true
  mirror.unread.tunnels = [{ id: 9 }]
  tellChange()
  for (const due of waits) due()
  await removal.close()
  expect(removed).toEqual([9])
})

test('a clock that is set back puts a deletion off by no more than the time for "Undo"', async () => {
  const clock = new ManualClock(0)
  const { removal, removed, tellChange } = pendingRemoval({ dueAtMs: 86_400_000, clock })
  tellChange()
  clock.advance(10_000)
  await removal.close()
  expect(removed).toEqual([9])
})
