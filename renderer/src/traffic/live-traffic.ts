import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'
import type { TrafficTotals } from './traffic-points.ts'

/** One second of a tunnel; null while there is no link to its server, which is not the same as no traffic. */
export interface LivePoint {
  atMs: number
  downBytesPerSecond: number | null
  upBytesPerSecond: number | null
}

interface KnownRates {
  readonly downBytesPerSecond: number
  readonly upBytesPerSecond: number
}

/** What a tunnel carries now, and the last minute of it. */
export interface LiveMinute {
  readonly points: readonly LivePoint[]
  readonly downBytes: number
  readonly upBytes: number
  readonly connections: number
}

const keptPoints = 60

/** The last 60 seconds of every tunnel, one point per second; a tunnel that is not named is one whose server cannot be reached. */
export const useLiveTraffic = defineStore('live-traffic', () => {
  const { api } = useBackend()
  const tunnels = shallowRef<ReadonlyMap<string, LiveMinute>>(new Map())
  const { value } = useFeed((options) => api.traffic.live({}, options))

  watch(value, (now) => {
    if (now) tunnels.value = nextMinute(tunnels.value, now)
  })

  return { tunnels, of: (tunnelId: string): LiveMinute | null => tunnels.value.get(tunnelId) ?? null }
})

/** The minute of each tunnel with the next second of it. Pure. */
export function nextMinute(
  before: ReadonlyMap<string, LiveMinute>,
  now: {
    readonly atMs: number
    readonly tunnels: readonly (KnownRates & {
      readonly tunnelId: string
      readonly downBytes: number
      readonly upBytes: number
      readonly connections: number
    })[]
  },
): Map<string, LiveMinute> {
  const next = new Map<string, LiveMinute>()
  const heard = new Set(now.tunnels.map(({ tunnelId }) => tunnelId))
  for (const [tunnelId, tunnel] of before) {
    if (heard.has(tunnelId)) continue
    const points = appended(tunnel.points, unknownAt(now.atMs))
    // nothing is left of a removed tunnel after a minute
    if (points.some(({ downBytesPerSecond }) => downBytesPerSecond !== null))
      next.set(tunnelId, { ...tunnel, points })
  }
  for (const tunnel of now.tunnels) {
    const { tunnelId, downBytesPerSecond, upBytesPerSecond, downBytes, upBytes, connections } = tunnel
    const point = { atMs: now.atMs, downBytesPerSecond, upBytesPerSecond }
    next.set(tunnelId, {
      points: appended(before.get(tunnelId)?.points ?? [], point),
      downBytes,
      upBytes,
      connections,
    })
  }
  return next
}

/** The last minute as it is drawn: while its server is away nothing is reported at all, so the gap grows until it is all there is. */
export function drawnMinute(
  live: readonly LivePoint[],
  { isAway, nowMs }: { isAway: boolean; nowMs: number },
): readonly LivePoint[] {
  const first = live.at(-1)
  if (first?.downBytesPerSecond === null) return [...live, unknownAt(nowMs)]
  return first === undefined && isAway ? [unknownAt(nowMs - keptPoints * 1_000), unknownAt(nowMs)] : live
}

/** The bytes of the last minute; null where nothing is known of it. */
export function totalsOfMinute(live: readonly LivePoint[]): TrafficTotals | null {
  if (live.length === 0) return null
  return live.reduce<TrafficTotals>(
    (sum, point) => ({
      downBytes: sum.downBytes + (point.downBytesPerSecond ?? 0),
      upBytes: sum.upBytes + (point.upBytesPerSecond ?? 0),
    }),
    { downBytes: 0, upBytes: 0 },
  )
}

/** Nothing is known of this moment. */
function unknownAt(atMs: number): LivePoint {
  return { atMs, downBytesPerSecond: null, upBytesPerSecond: null }
}

function appended(points: readonly LivePoint[], point: LivePoint): readonly LivePoint[] {
  return [...points.slice(-(keptPoints - 1)), point]
}
