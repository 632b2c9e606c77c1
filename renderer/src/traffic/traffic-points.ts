/** Mean rates from `atMs` until the next point; null where nothing is known. */
export interface RatePoint {
  atMs: number
  downBytesPerSecond: number | null
  upBytesPerSecond: number | null
}

/** All bytes of a stretch of time. */
export interface TrafficTotals {
  readonly downBytes: number
  readonly upBytes: number
}

export type TrafficRange = 'minute' | 'hour' | 'day' | 'week'

/** What a range spans. */
export const rangeMs: Record<TrafficRange, number> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
}

/** The stretches about which nothing is known, as times. */
export function unknownRuns(points: readonly RatePoint[]): readonly { fromMs: number; toMs: number }[] {
  const runs: { fromMs: number; toMs: number }[] = []
  let from: number | null = null
  for (const point of points) {
    if (point.downBytesPerSecond === null) from ??= point.atMs
    else if (from !== null) {
      runs.push({ fromMs: from, toMs: point.atMs })
      from = null
    }
  }
  const last = points.at(-1)
  if (from !== null && last) runs.push({ fromMs: from, toMs: last.atMs })
  return runs
}

/**
 * The points of a history: bytes per period become a mean rate. Its last period is the one that is still going on, so that
 * after another one it would always be drawn as a fall; alone it is better than nothing. `unknownMs`: for this long after it
 * nobody could be asked.
 */
export function pointsOfHistory(
  history: {
    periodMs: number
    points: readonly { atMs: number; downBytes: number | null; upBytes: number | null }[]
  },
  unknownMs = 0,
): RatePoint[] {
  const perSecond = (bytes: number | null): number | null =>
    bytes === null ? null : (bytes * 1_000) / history.periodMs
  const points = history.points.map((point) => ({
    atMs: point.atMs,
    downBytesPerSecond: perSecond(point.downBytes),
    upBytesPerSecond: perSecond(point.upBytes),
  }))
  const isBeforeKnown = points.at(-2)?.downBytesPerSecond !== null && points.length > 1
  const shown = isBeforeKnown ? points.slice(0, -1) : points
  // A point covers its whole period: without its end, a history of one period would draw nothing.
  const last = shown.at(-1)
  if (!last) return []
  const endMs = last.atMs + history.periodMs
  const known = [...shown, { ...last, atMs: endMs }]
  if (unknownMs === 0) return known
  const nothing = { downBytesPerSecond: null, upBytesPerSecond: null }
  return [...known, { atMs: endMs + 1, ...nothing }, { atMs: endMs + unknownMs, ...nothing }]
}

/**
 * All bytes of a history that are still in its graph, which moves on while nobody can be asked (`unknownMs`). Null where nothing
 * in it is known, which is not the same as no traffic.
 */
export function totalsOf(
  history: { points: readonly { atMs: number; downBytes: number | null; upBytes: number | null }[] },
  unknownMs = 0,
): TrafficTotals | null {
  const fromMs = (history.points[0]?.atMs ?? 0) + unknownMs
  const known = history.points.filter(({ atMs, downBytes }) => atMs >= fromMs && downBytes !== null)
  if (known.length === 0) return null
  return known.reduce<TrafficTotals>(
    (sum, point) => ({
      downBytes: sum.downBytes + (point.downBytes ?? 0),
      upBytes: sum.upBytes + (point.upBytes ?? 0),
    }),
    { downBytes: 0, upBytes: 0 },
  )
}
