import type { ActivityEvent } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'

/** What changed, newest first. */
export const useActivity = defineStore('activity', () => {
  const { api } = useBackend()
  const { value } = useFeed<ActivityEvent[]>((options) => api.activity.watch({}, options))
  const loaded = computed(() => value.value !== null)
  const events = computed(() => (value.value ?? []).toSorted((a, b) => b.atMs - a.atMs || b.id - a.id))
  return { loaded, events }
})
