import type { Transfer } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'

/** Files on their way between this laptop and lab boxes. */
export const useTransfers = defineStore('transfers', () => {
  const { api } = useBackend()
  const { value } = useFeed<Transfer[]>((options) => api.files.transfers.watch({}, options))
  const all = computed<readonly Transfer[]>(() => value.value ?? [])
  /** Those that have not ended. */
  const open = computed(() => all.value.filter(({ state }) => state !== 'done' && state !== 'failed'))
  return { all, open }
})
