import type { UpdateState } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'

/** What is known of a newer version of the app. */
export const useUpdates = defineStore('updates', () => {
  const { api } = useBackend()
  const { value: state } = useFeed<UpdateState>((options) => api.app.updates.watch({}, options))
  /** The newer version that waits for the person: to be downloaded, or to be installed. */
  const waiting = computed(() =>
    state.value?.state === 'available' || state.value?.state === 'ready' ? state.value.version : null,
  )
  return { state, waiting }
})
