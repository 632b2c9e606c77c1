import { readNumber } from './sections.ts'

/** The first line of /proc/stat: since boot. */
export interface CpuTicks {
  readonly busy: number
  readonly total: number
}

/** Null where the line is not one that Linux writes. */
export function readTicks(line: string | undefined): CpuTicks | null {
  const [name, ...words] = (line ?? '').trim().split(/\s+/)
  const told = words.slice(0, 8)
  const ticks = told.flatMap((word) => readNumber(word) ?? [])
  if (name !== 'cpu' || ticks.length < 4 || ticks.length < told.length) return null
  const total = ticks.reduce((sum, value) => sum + value, 0)
  // the fourth and fifth are idle and waiting for disks: proc_stat(5)
  return { total, busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0) }
}

/** How busy the processor was between two looks; null without two. */
export function usePercent(from: CpuTicks | null, to: CpuTicks | null): number | null {
  if (!from || !to || to.total <= from.total) return null
  return Math.min(100, Math.max(0, (100 * (to.busy - from.busy)) / (to.total - from.total)))
}
