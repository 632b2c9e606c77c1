import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../format/use-format.ts'
import { useNow } from '../format/use-now.ts'
import { useOverview } from '../stores/use-overview.ts'
import { provedForMs } from './tunnel-state.ts'

/**
 * `as of 10:42`, for what a server counts, once its last answer is older than counts as known: such values are drawn grey. Empty
 * while they are plain, and where the app does not know when it answered.
 */
export function useAsOf(serverId: () => string): ComputedRef<string> {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()
  const now = useNow()
  const overview = useOverview()
  return computed(() => {
    const atMs = overview.serverOf(serverId())?.last?.atMs ?? null
    if (atMs === null || now.value - atMs <= provedForMs) return ''
    return t('server.asOf', { time: format.since(atMs, now.value) })
  })
}
