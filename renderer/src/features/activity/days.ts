import type { ActivityEvent } from '@nps-desktop/electron/contract'

/** The events of one calendar day of this computer's clock; `ago` is 0 today, 1 yesterday. */
export interface Day {
  atMs: number
  ago: number
  events: readonly ActivityEvent[]
}

const dayMs = 86_400_000

/** Groups events, newest first, by day. */
export function daysOf(events: readonly ActivityEvent[], nowMs: number): readonly Day[] {
  const today = startOfDay(nowMs)
  const byDay = Map.groupBy(events, (event) => startOfDay(event.atMs))
  return [...byDay].map(([atMs, list]) => ({ atMs, ago: Math.round((today - atMs) / dayMs), events: list }))
}

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0)
}
