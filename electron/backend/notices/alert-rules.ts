import type { AlertWish, LabReading, NoticeEvent } from '@nps-desktop/electron/contract'
import { freeForMs } from '@nps-desktop/electron/contract'

/** ps rounds ages to seconds, and clocks are set right now and then. */
const startToleranceMs = 30_000

/**
 * What is to be told of a wish, given a new reading; null: not yet. Pure. `exitCodes`: of watched processes that have ended,
 * where the machine still knew.
 */
export function eventOf(
  wish: AlertWish,
  {
    lab,
    reading,
    before,
    exitCodes,
  }: {
    lab: string
    reading: LabReading
    /** The reading before, for what the process had. */
    before: LabReading | null
    exitCodes: ReadonlyMap<number, number>
  },
): NoticeEvent | null {
  switch (wish.kind) {
    case 'process-ends': {
      // a machine that lists nothing at all says nothing about this one
      if (reading.processes.length === 0 || isThere(wish, reading)) return null
      const had = before?.processes.find(({ pid }) => pid === wish.pid)?.gpus ?? []
      const freeGpus = had.filter((index) => {
        const gpu = reading.gpus.find((one) => one.index === index)
        return gpu !== undefined && gpu.processes.length === 0
      })
      const ranMs = Math.max(0, reading.atMs - wish.startedAtMs)
      const exitCode = exitCodes.get(wish.pid) ?? null
      return { code: 'process-ended', process: wish.name, lab, exitCode, ranMs, freeGpus }
    }
    case 'gpus-free': {
      const free = reading.gpus.filter(
        ({ restingSinceMs }) => restingSinceMs !== null && reading.atMs - restingSinceMs >= freeForMs,
      )
      return free.length < wish.count
        ? null
        : { code: 'gpus-free', lab, gpus: free.map(({ index }) => index) }
    }
    case 'disk-over': {
      const disk = reading.disks.find(({ mount }) => mount === wish.mount)
      const percent = disk ? Math.floor((100 * disk.usedBytes) / disk.totalBytes) : 0
      return percent < wish.percent ? null : { code: 'disk-over', lab, mount: wish.mount, percent }
    }
    case 'memory-over': {
      const { memory } = reading
      const percent = memory ? Math.floor((100 * memory.usedBytes) / memory.totalBytes) : 0
      return percent < wish.percent ? null : { code: 'memory-over', lab, percent }
    }
  }
}

/** The process itself, not a later one with its number. */
function isThere(wish: Extract<AlertWish, { kind: 'process-ends' }>, reading: LabReading): boolean {
  return reading.processes.some(
    ({ pid, startedAtMs }) =>
      pid === wish.pid &&
      (startedAtMs === null || Math.abs(startedAtMs - wish.startedAtMs) <= startToleranceMs),
  )
}
