import { expect, test } from 'vitest'
import { TrafficLedger } from './traffic-ledger.ts'

const minute = 60_000
const t0 = 1_000 * minute

function ledgerOf(counters: Map<number, { downBytes: number; upBytes: number }>) {
  return new TrafficLedger({
    counters: (id) => ({ ...(counters.get(id) ?? { downBytes: 0, upBytes: 0 }), connections: 0 }),
  })
}

test('what could not be stored is told again, in the minute in which it flowed, closed tunnels too', () => {
  const counters = new Map([[1, { downBytes: 0, upBytes: 0 }]])
  const ledger = ledgerOf(counters)
  ledger.opened(1, 7)
  counters.set(1, { downBytes: 10, upBytes: 1 })
  expect(ledger.points(t0 + 5)).toEqual([{ atMs: t0, tunnelId: 1, clientId: 7, downBytes: 10, upBytes: 1 }])
  counters.set(1, { downBytes: 30, upBytes: 2 })
  ledger.closing(1)
  counters.delete(1)
  expect(ledger.unsavedOfClient(7)).toEqual({ downBytes: 30, upBytes: 2 })
  expect(ledger.points(t0 + minute)).toEqual([
    { atMs: t0, tunnelId: 1, clientId: 7, downBytes: 10, upBytes: 1 },
    { atMs: t0 + minute, tunnelId: 1, clientId: 7, downBytes: 20, upBytes: 1 },
  ])
  ledger.stored()
  expect(ledger.points(t0 + 2 * minute)).toEqual([])
  expect(ledger.unsaved(1)).toEqual({ downBytes: 0, upBytes: 0 })
})

test('a disk that takes nothing for days costs the fine picture and no byte of the totals', () => {
  const counters = new Map<number, { downBytes: number; upBytes: number }>()
  const ledger = ledgerOf(counters)
  for (let id = 0; id < 100; id++) ledger.opened(id, 1)
  for (let now = 1; now <= 300; now++) {
    for (let id = 0; id < 100; id++) counters.set(id, { downBytes: now, upBytes: 0 })
    ledger.points(t0 + now * minute)
  }
  const points = ledger.points(t0 + 301 * minute)
  expect(points.length).toBeLessThanOrEqual(10_000)
  expect(points.reduce((sum, { downBytes }) => sum + downBytes, 0)).toBe(100 * 300)
})
