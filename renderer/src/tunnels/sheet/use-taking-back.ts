import type { Failure } from '@nps-desktop/electron/contract'
import { ref, shallowRef } from 'vue'
import { failureOf } from '../../carrier/failure-of-call.ts'
import { useApi } from '../../carrier/use-backend.ts'

/** Takes back the tunnels that a form has added and that are given up; by then the form itself is closed. */
export function useTakingBack() {
  const api = useApi()
  /** Tunnels that could not be taken back, and are there still. */
  const left = shallowRef<readonly string[]>([])
  /** Why. */
  const failure = shallowRef<Failure | null>(null)
  const busy = ref(false)

  /** Never rejects: what is not taken back is in `left`. */
  async function take(tunnelIds: readonly string[]): Promise<void> {
    if (tunnelIds.length === 0) return
    const others = left.value.filter((id) => !tunnelIds.includes(id))
    busy.value = true
    try {
      await api.tunnelValues.takeBack({ tunnelIds: [...tunnelIds] })
      left.value = others
    } catch (error) {
      failure.value = failureOf(error)
      left.value = [...others, ...tunnelIds]
    } finally {
      busy.value = false
    }
  }
  function leave(): void {
    left.value = []
  }
  return { left, failure, busy, take, leave }
}
