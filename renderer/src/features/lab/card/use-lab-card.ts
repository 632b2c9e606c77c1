import type { LabCard } from '@nps-desktop/electron/contract'
import type { ShallowRef } from 'vue'
import { useApi } from '../../../carrier/use-backend.ts'
import { useFeedWhileVisible } from '../../../carrier/use-feed-while-visible.ts'

/** What the lab box says of itself, asked only while this page can be seen; null before the first answer. */
export function useLabCard(labId: string): ShallowRef<LabCard | null> {
  const api = useApi()
  return useFeedWhileVisible((options) => api.labCard.watch({ labId }, options))
}
