import type { Failure } from '@nps-desktop/electron/contract'
import type { TrafficHistory } from '@nps-desktop/relay-core/api'
import { computed, ref, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { usePolled } from '../carrier/use-polled.ts'
import { useNow } from '../format/use-now.ts'
import { pointsOfHistory, totalsOf } from './traffic-points.ts'
import type { RatePoint, TrafficTotals } from './traffic-points.ts'

/** History gains one point per minute; asking a little more often keeps the right edge fresh. */
const askIntervalMs = 20_000

/**
 * The traffic of `what`, which `ask` fetches again and again while it is shown. Where it cannot be fetched any more, the last
 * one stays, and what follows is unknown. `failure` is why there is nothing to show.
 */
export function useTrafficHistory<What>(
  what: Ref<What | null>,
  ask: (what: What, options: { signal: AbortSignal }) => Promise<TrafficHistory>,
): {
  points: ComputedRef<readonly RatePoint[]>
  totals: ComputedRef<TrafficTotals | null>
  failure: ComputedRef<Failure | null>
  again: () => void
} {
  const { value: history, failure, again } = usePolled(what, ask, askIntervalMs)
  const nowMs = useNow()
  const answeredAtMs = ref(0)
  watch(history, () => (answeredAtMs.value = Date.now()), { flush: 'sync' })
  /** By this laptop's clock alone: that of the server may be another. */
  const unknownMs = computed(() => {
    if (!history.value || !failure.value) return 0
    const { periodMs } = history.value
    return Math.max(0, Math.floor((nowMs.value - answeredAtMs.value) / periodMs)) * periodMs
  })
  // the answer to an earlier question says nothing about this one
  watch(
    what,
    () => {
      history.value = null
      failure.value = null
    },
    { deep: true, flush: 'sync' },
  )
  return {
    points: computed(() => (history.value ? pointsOfHistory(history.value, unknownMs.value) : [])),
    totals: computed(() => (history.value ? totalsOf(history.value, unknownMs.value) : null)),
    failure: computed(() => (history.value ? null : failure.value)),
    again,
  }
}
