import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { useBackend, useFeed } from '../carrier/backend.ts'

/** One second of a tunnel. */
export interface LivePoint {
  atMs: number
  downBytesPerSecond: number
  upBytesPerSecond: number
}

/** What a tunnel carries now, and the last minute of it. */
export interface LiveTraffic {
  readonly points: readonly LivePoint[]
  readonly downBytes: number
  readonly upBytes: number
  readonly connections: number
}

const keptPoints = 60

/** The last 60 seconds of every tunnel, one point a second; a second without word of a tunnel counts as silence. */
export const useLiveTraffic = defineStore('live-traffic', () => {
  const { api } = useBackend()
  const tunnels = shallowRef<ReadonlyMap<string, LiveTraffic>>(new Map())
  const { value } = useFeed((options) => api.traffic.live({}, options))

  watch(value, (now) => {
    if (!now) return
    const next = new Map<string, LiveTraffic>()
    const heard = new Map(now.tunnels.map((tunnel) => [tunnel.tunnelId, tunnel]))
    for (const [tunnelId, before] of tunnels.value) {
      if (heard.has(tunnelId)) continue
      const silence = { atMs: now.atMs, downBytesPerSecond: 0, upBytesPerSecond: 0 }
      next.set(tunnelId, { ...before, points: appended(before.points, silence) })
    }
    for (const [tunnelId, tunnel] of heard) {
      const point = {
        atMs: now.atMs,
        downBytesPerSecond: tunnel.downBytesPerSecond,
        upBytesPerSecond: tunnel.upBytesPerSecond,
      }
      next.set(tunnelId, {
        points: appended(tunnels.value.get(tunnelId)?.points ?? [], point),
        downBytes: tunnel.downBytes,
        upBytes: tunnel.upBytes,
        connections: tunnel.connections,
      })
    }
    tunnels.value = next
  })

  return { tunnels, of: (tunnelId: string): LiveTraffic | null => tunnels.value.get(tunnelId) ?? null }
})

function appended(points: readonly LivePoint[], point: LivePoint): readonly LivePoint[] {
  return [...points.slice(-(keptPoints - 1)), point]
}
