import type { AlertWish, LabAlert, LabProcess, LabReading, ToldClosed } from '@nps-desktop/electron/contract'
import { freeForMs } from '@nps-desktop/electron/contract'

/** A line of "Tell me when": asked for, or offered. */
export interface AlertRow {
  readonly key: string
  readonly wish: AlertWish
  /** Null: it is offered, and off. */
  readonly alertId: string | null
  /** As `LabAlert.toldClosed`. */
  readonly toldClosed?: ToldClosed | undefined
}

/** From here on a disk or a memory is told of. */
const overPercent = 90
const offeredProcesses = 2
const listedProcesses = 8
const listedGpus = 8
/** Shorter ones are over before a person has asked. */
const minAgeMs = 60_000

/** What a wish is about; two of the same are one row. */
export function keyOf(wish: AlertWish): string {
  switch (wish.kind) {
    case 'process-ends':
      return `process ${wish.pid}`
    case 'gpus-free':
      return `gpus ${wish.count}`
    case 'disk-over':
      return `disk ${wish.mount}`
    case 'memory-over':
      return 'memory'
  }
}

/** Indexes of the GPUs that are free now. */
export function freeGpus({ gpus, atMs }: LabReading): number[] {
  return gpus.flatMap(({ index, restingSinceMs }) =>
    restingSinceMs !== null && atMs - restingSinceMs >= freeForMs ? [index] : [],
  )
}

export function diskPercent({ usedBytes, totalBytes }: LabReading['disks'][number]): number {
  return (100 * usedBytes) / totalBytes
}

export function memoryPercent({ memory }: LabReading): number {
  return memory ? (100 * memory.usedBytes) / memory.totalBytes : 0
}

/** What is on, and what is offered: in places that do not change when one is switched. */
export function alertRows(reading: LabReading | null, alerts: readonly LabAlert[]): AlertRow[] {
  const asked = new Map(
    alerts.map(({ id, wish, toldClosed }) => [keyOf(wish), { alertId: id, wish, toldClosed }] as const),
  )
  const offered = reading ? offers(reading) : []
  const rows = offered.map((wish): AlertRow => {
    const key = keyOf(wish)
    const on = asked.get(key)
    asked.delete(key)
    return { key, wish: on?.wish ?? wish, alertId: on?.alertId ?? null, toldClosed: on?.toldClosed }
  })
  return [...rows, ...[...asked].map(([key, on]) => ({ key, ...on }))]
}

/** What else could be asked for. */
export function otherWishes(reading: LabReading, rows: readonly AlertRow[]): AlertWish[] {
  const shown = new Set(rows.map(({ key }) => key))
  const free = freeGpus(reading).length
  const counts = Array.from({ length: Math.min(reading.gpus.length, listedGpus) }, (_, index) => index + 1)
  const all: AlertWish[] = [
    ...processesToWaitFor(reading).slice(0, offeredProcesses + listedProcesses),
    ...counts.filter((count) => count > free).map((count): AlertWish => ({ kind: 'gpus-free', count })),
    ...disksToWatch(reading),
    ...memoryToWatch(reading),
  ]
  return all.filter((wish) => !shown.has(keyOf(wish)))
}

function offers(reading: LabReading): AlertWish[] {
  const { gpus } = reading
  const count = freeGpus(reading).length + 1
  const fullest = disksToWatch(reading)[0]
  return [
    ...processesToWaitFor(reading).slice(0, offeredProcesses),
    ...(gpus.length >= count ? [{ kind: 'gpus-free', count } as const] : []),
    ...(gpus.length === 0 ? memoryToWatch(reading) : []),
    ...(fullest ? [fullest] : []),
  ]
}

/** Those of this account: on GPUs first, then the busiest. */
function processesToWaitFor({ processes, atMs }: LabReading): AlertWish[] {
  const own = processes.filter(
    (one): one is LabProcess & { startedAtMs: number } =>
      one.isYours && one.startedAtMs !== null && atMs - one.startedAtMs >= minAgeMs,
  )
  const working = own.filter(({ gpus, cpuThreads }) => gpus.length > 0 || cpuThreads >= 0.2)
  return working
    .toSorted((a, b) => b.gpus.length - a.gpus.length || b.cpuThreads - a.cpuThreads)
    .map(({ pid, startedAtMs, name }) => ({ kind: 'process-ends', pid, startedAtMs, name }))
}

function disksToWatch({ disks }: LabReading): AlertWish[] {
  return disks
    .filter((disk) => diskPercent(disk) < overPercent)
    .toSorted((a, b) => diskPercent(b) - diskPercent(a))
    .map(({ mount }) => ({ kind: 'disk-over', mount, percent: overPercent }))
}

function memoryToWatch(reading: LabReading): AlertWish[] {
  const isBelow = reading.memory !== null && memoryPercent(reading) < overPercent
  return isBelow ? [{ kind: 'memory-over', percent: overPercent }] : []
}
