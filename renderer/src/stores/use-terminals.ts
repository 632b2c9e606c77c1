import type { Terminal } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'

/** The open terminals, as the backend last said, and which of them is in front. */
export const useTerminals = defineStore('terminals', () => {
  const { api } = useBackend()
  const { value } = useFeed<Terminal[]>((options) => api.terminals.watch({}, options))
  const chosen = ref<string | null>(null)
  /** False until the first value has come. */
  const loaded = computed(() => value.value !== null)
  const terminals = computed<readonly Terminal[]>(() => value.value ?? [])
  const front = computed(
    () => terminals.value.find(({ id }) => id === chosen.value) ?? terminals.value.at(-1) ?? null,
  )
  return {
    loaded,
    terminals,
    front,
    choose: (terminalId: string) => {
      chosen.value = terminalId
    },
    /** The one `steps` to the right of the front one; from the last it goes on with the first. */
    chooseNext: (steps: number) => {
      const all = terminals.value
      const at = all.findIndex(({ id }) => id === front.value?.id)
      chosen.value = all.at((at + steps + all.length) % (all.length || 1))?.id ?? null
    },
  }
})
