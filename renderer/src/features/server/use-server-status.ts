import type { RelayStatus } from '@nps-desktop/relay-core/api'
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useOverview } from '../../stores/use-overview.ts'

/** What a server last said of itself, and when; it stays on the screen, greyed, when the server falls silent. */
export interface ServerStatus {
  readonly value: ComputedRef<RelayStatus | null>
  readonly heardAtMs: ComputedRef<number | null>
}

export function useServerStatus(serverId: string): ServerStatus {
  const overview = useOverview()
  const last = computed(() => overview.serverOf(serverId)?.last ?? null)
  return {
    value: computed(() => last.value?.status ?? null),
    heardAtMs: computed(() => last.value?.atMs ?? null),
  }
}
