import type { Failure, FoundLook } from '@nps-desktop/electron/contract'
import { computed } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useApi } from '../../carrier/use-backend.ts'
import { useFeed } from '../../carrier/use-follow.ts'
import { useFormat } from '../../format/use-format.ts'
import { useNow } from '../../format/use-now.ts'

/** A value is as of now for this long; after that it is told with its time, in grey. */
const freshForMs = 60_000

/** What listens on a lab box, looked at again every half minute for as long as the calling component lives. */
export interface SeenServices {
  /** Null until the app's backend has answered. */
  readonly look: ShallowRef<FoundLook | null>
  /** What was last found; null where nothing has been yet. */
  readonly read: ComputedRef<Extract<FoundLook, { state: 'read' }> | null>
  readonly isStale: ComputedRef<boolean>
  /** The first look is under way. */
  readonly isLooking: ComputedRef<boolean>
  /** When that was, or that it is under way; empty where there is nothing to say. */
  readonly stamp: ComputedRef<string>
  /** Why the last look did not work. */
  readonly failure: ComputedRef<Failure | null>
}

export function useFoundLook(lab: () => { id: string; isOnline: boolean }): SeenServices {
  const { t } = useI18n({ useScope: 'global' })
  const api = useApi()
  const format = useFormat()
  const nowMs = useNow()
  const { value: look } = useFeed<FoundLook>((options) => api.found.watch({ labId: lab().id }, options))
  const read = computed(() => (look.value?.state === 'read' ? look.value : null))
  const failure = computed(() => (look.value && 'failure' in look.value ? look.value.failure : null))
  const isStale = computed(
    () => read.value !== null && (!lab().isOnline || nowMs.value - read.value.atMs > freshForMs),
  )
  const isLooking = computed(
    () => look.value === null || (look.value.state === 'unseen' && failure.value === null),
  )
  const stamp = computed(() => {
    if (isLooking.value) return t('found.looking')
    if (read.value === null) return ''
    const { atMs, by } = read.value
    if (isStale.value) return t('found.asOf', { time: format.since(atMs, nowMs.value) })
    return t(by === 'npc' ? 'found.lookedByNpc' : 'found.looked', {
      time: format.duration(nowMs.value - atMs),
    })
  })
  return { look, read, isStale, isLooking, stamp, failure }
}
