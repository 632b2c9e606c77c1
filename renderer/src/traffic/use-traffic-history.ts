import type { TrafficHistory } from '@nps-desktop/relay-core/api'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { pointsOfHistory, totalsOf } from './traffic-points.ts'
import type { TrafficPoint } from './traffic-points.ts'

/** History moves a point a minute; asking a little more often keeps the right edge fresh. */
const askEveryMs = 20_000

/** The traffic of one tunnel, of one server, or of all, over a range; asked again while it is looked at. */
export function useTrafficHistory(
  what: Ref<{ tunnelId?: string; serverId?: string; range: 'hour' | 'day' | 'week' | 'month' } | null>,
): {
  points: ComputedRef<readonly TrafficPoint[]>
  totals: ComputedRef<{ downBytes: number; upBytes: number }>
  failed: Ref<boolean>
} {
  const { api, connection } = useBackend()
  const history = shallowRef<TrafficHistory | null>(null)
  const failed = ref(false)
  let stop = new AbortController()

  async function ask(): Promise<void> {
    stop.abort()
    stop = new AbortController()
    const { signal } = stop
    if (!what.value || document.visibilityState !== 'visible') return
    try {
      const answer = await api.traffic.history(what.value, { signal })
      if (signal.aborted) return
      history.value = answer
      failed.value = false
    } catch {
      if (!signal.aborted) failed.value = history.value === null
    }
  }
  watch(
    what,
    () => {
      history.value = null
      void ask()
    },
    { immediate: true, deep: true },
  )
  watch(connection.state, ({ state }) => {
    if (state === 'online') void ask()
  })
  const timer = setInterval(() => void ask(), askEveryMs)
  onScopeDispose(() => {
    clearInterval(timer)
    stop.abort()
  })

  return {
    points: computed(() => (history.value ? pointsOfHistory(history.value) : [])),
    totals: computed(() => totalsOf(history.value ?? { points: [] })),
    failed,
  }
}
