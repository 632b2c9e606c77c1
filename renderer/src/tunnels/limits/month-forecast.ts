import { monthAround } from '@nps-desktop/relay-core/api'
import type { TrafficHistory } from '@nps-desktop/relay-core/api'

/** What the month will have carried at its end, at the pace of the last days, and when it reaches its limit. */
export interface MonthForecast {
  readonly bytes: number
  /** Null: not in this month, or there is no limit. */
  readonly fullAtMs: number | null
}

const weekMs = 7 * 24 * 3_600_000
/** Less tells nothing about a month. */
const minKnownMs = 24 * 3_600_000

/**
 * By the mean of the last seven days, of which the server knows some: times in which it did not run count as such without
 * traffic only where it knows that. Null where it knows less than a day.
 */
export function monthForecast(
  { periodMs, points }: TrafficHistory,
  { usedBytes, limitBytes, nowMs }: { usedBytes: number; limitBytes: number | null; nowMs: number },
): MonthForecast | null {
  const known = points.filter(
    ({ atMs, downBytes, upBytes }) => atMs >= nowMs - weekMs && downBytes !== null && upBytes !== null,
  )
  // the last one is still running
  const knownMs = known.reduce((sum, { atMs }) => sum + Math.max(0, Math.min(periodMs, nowMs - atMs)), 0)
  if (knownMs < minKnownMs) return null
  const bytes = known.reduce((sum, { downBytes, upBytes }) => sum + (downBytes ?? 0) + (upBytes ?? 0), 0)
  const bytesPerMs = bytes / knownMs
  const { endMs } = monthAround(nowMs)
  const left = limitBytes === null ? null : Math.max(0, limitBytes - usedBytes)
  const fullAtMs = left === null || bytesPerMs === 0 ? null : nowMs + left / bytesPerMs
  return {
    bytes: usedBytes + bytesPerMs * (endMs - nowMs),
    fullAtMs: fullAtMs !== null && fullAtMs < endMs ? fullAtMs : null,
  }
}

/** What the tunnels have carried since the month began, both directions together. `history`: of the last 30 days. */
export function usedThisMonth({ points }: TrafficHistory, nowMs: number): number {
  const { startMs } = monthAround(nowMs)
  return points
    .filter(({ atMs }) => atMs >= startMs)
    .reduce((sum, { downBytes, upBytes }) => sum + (downBytes ?? 0) + (upBytes ?? 0), 0)
}
