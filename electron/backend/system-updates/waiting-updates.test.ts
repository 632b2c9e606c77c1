import { silentLog } from '@nps-desktop/relay-core/log'
import { systemClock } from '@nps-desktop/relay-core/async'
import { expect, test } from 'vitest'
import type { Machines } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import { WaitingUpdates } from './waiting-updates.ts'

function withServer(address: object | null) {
  const asked: unknown[] = []
  let nowMs = 0
  const updates = new WaitingUpdates({
    // what a look needs of them
    storage: { servers: { get: () => ({ id: 's1', name: 'cloud', address }) } } as unknown as Storage,
    machines: {
      open: (_ref: unknown, { asks }: { asks: boolean }) => {
        asked.push(asks)
        return Promise.reject(new Error('no machine'))
      },
    } as unknown as Machines,
    clock: { ...systemClock, now: () => nowMs },
    log: silentLog,
  })
  return { updates, asked, pass: (ms: number) => (nowMs += ms) }
}

test('a server that cannot be asked is asked once for all who want to know, and again after a while; nobody is asked for a code', async () => {
  const { updates, asked, pass } = withServer({ host: 'h', port: 22, user: 'root' })
  const read = () => updates.read({ serverId: 's1' })
  expect(await Promise.all([read(), read()])).toEqual([{ updates: null }, { updates: null }])
  expect(await read()).toEqual({ updates: null })
  expect(asked).toEqual([false])
  pass(10 * 60_000)
  await read()
  expect(asked).toEqual([false, false])
  await updates.close()
})

test('one without a sign-in is not asked', async () => {
  const { updates, asked } = withServer(null)
  expect(await updates.read({ serverId: 's1' })).toEqual({ updates: null })
  expect(asked).toEqual([])
})
