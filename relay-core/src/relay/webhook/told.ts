import type { ToldState } from '../store/webhook-store.ts'
import { nothingWatched, type SeenHappenings } from './happenings.ts'
import type { Seen } from './seen.ts'

/** A server that was off for longer has more to explain than its lab boxes. */
const recentMs = 600_000

/** What outlives a restart. Of services nothing: they count as healthy until a check says otherwise. */
export function toldOf({ absences, quotas }: SeenHappenings): ToldState {
  const away = [...absences].filter(([key, { isTold }]) => isTold && key.startsWith('lab '))
  return {
    labsAway: Object.fromEntries(away.map(([key, { sinceMs }]) => [key, sinceMs])),
    quotas: Object.fromEntries(quotas),
  }
}

/** As a relay that starts knows it: what the one before has told, and which lab boxes were online until it ended. */
export function watchedFrom(
  { labsAway = {}, quotas = {} }: ToldState,
  clients: Seen['clients'],
  startedAtMs: number,
): SeenHappenings {
  const away = Object.entries(labsAway)
  const lately = clients.filter(
    ({ agent: { sinceMs } }) => sinceMs !== null && startedAtMs - sinceMs < recentMs,
  )
  return {
    ...nothingWatched,
    absences: new Map(away.map(([key, sinceMs]) => [key, { sinceMs, isTold: true }])),
    quotas: new Map(Object.entries(quotas)),
    wasFine: new Set(lately.map(({ id }) => `lab ${id}`)),
  }
}
