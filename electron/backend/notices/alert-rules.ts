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

/**
 * The wish for the same process by a clock that was set since the reading before: the process was there, and is older now. Null where
 * nothing has changed. Pure.
 */
export function wishBySetClock(
  wish: AlertWish,
  { reading, before }: { reading: LabReading; before: LabReading | null },
): AlertWish | null {
  if (wish.kind !== 'process-ends' || !before || isThere(wish, reading) || !isThere(wish, before)) return null
  const ageIn = ({ atMs, processes }: LabReading): { startedAtMs: number; ageMs: number } | null => {
    const startedAtMs = processes.find(({ pid }) => pid === wish.pid)?.startedAtMs ?? null
    return startedAtMs === null ? null : { startedAtMs, ageMs: atMs - startedAtMs }
  }
  const [now, then] = [ageIn(reading), ageIn(before)]
  return now && then && now.ageMs >= then.ageMs ? { ...wish, startedAtMs: now.startedAtMs } : null
}

/** The process itself, not a later one with its number. */
function isThere(wish: Extract<AlertWish, { kind: 'process-ends' }>, reading: LabReading): boolean {
  return reading.processes.some(
    ({ pid, startedAtMs }) =>
      pid === wish.pid &&
      (startedAtMs === null || Math.abs(startedAtMs - wish.startedAtMs) <= startToleranceMs),
  )
}
