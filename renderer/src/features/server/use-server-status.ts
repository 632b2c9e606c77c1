import type { RelayStatus } from '@nps-desktop/relay-core/api'
import { ref, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useApi, useFeed } from '../../carrier/backend.ts'

/** What a server last said of itself, and when; it stays on the screen, greyed, when the server falls silent. */
export interface ServerStatus {
  readonly value: Readonly<ShallowRef<RelayStatus | null>>
  readonly heardAtMs: Readonly<Ref<number | null>>
}

export function useServerStatus(serverId: string): ServerStatus {
  const api = useApi()
  const { value } = useFeed<RelayStatus>((options) => api.servers.status({ serverId }, options))
  const heardAtMs = ref<number | null>(null)
  watch(value, () => {
    heardAtMs.value = Date.now()
  })
  return { value, heardAtMs }
}
