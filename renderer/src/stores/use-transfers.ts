import type { Transfer } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'

/** Files on their way between this laptop and lab boxes. */
export const useTransfers = defineStore('transfers', () => {
  const { api } = useBackend()
  const { value } = useFeed<Transfer[]>((options) => api.files.transfers.watch({}, options))
  const all = computed<readonly Transfer[]>(() => value.value ?? [])
  /** Those that have not ended. */
  const open = computed(() => all.value.filter(({ state }) => state !== 'done' && state !== 'failed'))
  /** This page in a browser has given files of its own to the app, which can be read until it is left. */
  const hasGiven = ref(false)
  /** What is left stops: as far as is known the files of an upload are this page's. */
  const isGiving = computed(
    () =>
      hasGiven.value && open.value.some(({ direction, state }) => direction === 'up' && state !== 'paused'),
  )
  return { all, open, hasGiven, isGiving }
})
