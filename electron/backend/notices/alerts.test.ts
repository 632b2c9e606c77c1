import type { AlertWish, LabAlert } from '@nps-desktop/electron/contract'
import { Signal } from '@nps-desktop/relay-core/async'
import { expect, it } from 'vitest'
import { readCard } from '../lab-card/card-reading.ts'
import type { CardReading } from '../lab-card/card-reading.ts'
import { Alerts } from './alerts.ts'
import type { ToldNotice } from './told-notice.ts'

const atMs = 1_800_000_000_000
const ps = (pid: number, age: string): string =>
  `m processes\n${pid} alice R ${age} 00:01 1.0 100 python train.py`
const look = (text: string, at = atMs): CardReading => readCard(text, { mark: 'm', atMs: at, before: null })

/** Alerts over a list in memory, and a lab box that is read when the test says so. */
function alertsOf() {
  let rows: LabAlert[] = []
  const needs: string[] = []
  const read = new Signal<[labId: string, reading: CardReading]>()
  const told: ToldNotice[] = []
  const labs = new Map([['l1', { name: 'a100' }]])
  const changed = new Signal()
  const alerts = new Alerts({
    storage: {
      labs: { get: (id) => labs.get(id) },
      alerts: {
        list: () => rows,
        put: (alert) => (rows = [...rows.filter(({ id }) => id !== alert.id), alert]),
        delete: (id) => (rows = rows.filter((alert) => alert.id !== id)),
      },
      onChange: (listener) => changed.subscribe(listener),
      whenPossible: (_name, write) => write(),
    },
    cards: {
      need: (labId, pids) => {
        const need = `${labId} ${pids.join(',')}`
        needs.push(need)
        return { [Symbol.dispose]: () => needs.splice(needs.indexOf(need), 1) }
      },
      onReading: (listener) => read.subscribe(listener),
    },
    tell: (one) => told.push(one),
    server: { add: async () => null, remove: async () => undefined },
  })
  alerts.start()
  return { alerts, needs, told, read, labs, changed, rows: () => rows }
}

const wish: AlertWish = { kind: 'process-ends', pid: 42, startedAtMs: atMs - 60_000, name: 'train.py' }

it('has the lab box read while an alert is on, tells it once, and switches it off', () => {
  const { alerts, needs, told, read, rows } = alertsOf()
  expect(needs).toEqual([])
  const { alertId } = alerts.add({ labId: 'l1', wish })
  expect(alerts.add({ labId: 'l1', wish })).toEqual({ alertId })
  expect(needs).toEqual(['l1 42'])
  read.emit('l1', look(ps(42, '01:00')))
  read.emit('l2', look(ps(1, '01:00')))
  expect(told).toEqual([])
  read.emit('l1', look(ps(43, '00:10')))
  read.emit('l1', look(ps(43, '00:10')))
  expect(told.map(({ page, event }) => [page, event.code])).toEqual([
    [{ name: 'lab', labId: 'l1' }, 'process-ended'],
  ])
  expect(rows()).toEqual([])
  expect(needs).toEqual([])
  alerts.close()
})

it('lets go of a lab box that was removed, and of what was switched off', () => {
  const { alerts, needs, labs, changed } = alertsOf()
  const { alertId } = alerts.add({ labId: 'l1', wish: { kind: 'gpus-free', count: 1 } })
  alerts.add({ labId: 'l1', wish })
  expect(needs).toEqual(['l1 42'])
  alerts.remove({ alertId })
  expect(needs).toEqual(['l1 42'])
  labs.clear()
  changed.emit()
  expect(needs).toEqual([])
  expect(() => alerts.add({ labId: 'l1', wish })).toThrow('no longer in the list')
  alerts.close()
})

it('does not take a process for another one because the laptop’s clock was set', () => {
  const { alerts, told, read, rows } = alertsOf()
  alerts.add({ labId: 'l1', wish })
  read.emit('l1', look(ps(42, '01:00')))
  const setBack = atMs - 8 * 3_600_000
  read.emit('l1', look(ps(42, '02:00'), setBack))
  read.emit('l1', look(ps(42, '03:00'), setBack + 60_000))
  expect(told).toEqual([])
  expect(rows()).toHaveLength(1)
  // a later one with its number
  read.emit('l1', look(ps(42, '00:10'), setBack + 120_000))
  expect(told.map(({ event }) => event.code)).toEqual(['process-ended'])
  alerts.close()
})
