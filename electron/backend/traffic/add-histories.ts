import type { TrafficHistory } from '@nps-desktop/relay-core/api'

export type HistoryRange = 'hour' | 'day' | 'week' | 'month'

/** As the relay's contract says: a point a minute, five minutes, an hour, six hours. */
const periodMs: Readonly<Record<HistoryRange, number>> = {
  hour: 60_000,
  day: 300_000,
  week: 3_600_000,
  month: 21_600_000,
}

/**
 * Several servers' histories as one. Points are matched by the period they fall into; a period of which no server
 * knows anything stays unknown.
 */
export function addHistories(histories: readonly TrafficHistory[], range: HistoryRange): TrafficHistory {
  const [first, ...others] = histories
  if (!first) return { periodMs: periodMs[range], points: [] }
  if (others.length === 0) return first
  const { periodMs: period } = first
  const points = new Map<number, TrafficHistory['points'][number]>()
  for (const { points: own } of histories) {
    for (const point of own) {
      const atMs = Math.floor(point.atMs / period) * period
      const sum = points.get(atMs)
      points.set(atMs, {
        atMs,
        downBytes: add(sum?.downBytes ?? null, point.downBytes),
        upBytes: add(sum?.upBytes ?? null, point.upBytes),
      })
    }
  }
  return { periodMs: period, points: [...points.values()].sort((a, b) => a.atMs - b.atMs) }
}

function add(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0)
}
