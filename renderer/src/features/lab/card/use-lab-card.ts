import type { LabCard } from '@nps-desktop/electron/contract'
import { effectScope, onScopeDispose, type ShallowRef, shallowRef } from 'vue'
import { useApi } from '../../../carrier/use-backend.ts'
import { useConnection, useFollow } from '../../../carrier/use-follow.ts'

/** What the lab box says of itself, asked only while this page can be seen; null before the first answer. */
export function useLabCard(labId: string): ShallowRef<LabCard | null> {
  const api = useApi()
  const connection = useConnection()
  const card = shallowRef<LabCard | null>(null)
  let looking: ReturnType<typeof effectScope> | null = null

  function look(): void {
    const isVisible = document.visibilityState === 'visible'
    if (isVisible === (looking !== null)) return
    looking?.stop()
    looking = isVisible ? effectScope(true) : null
    looking?.run(() =>
      useFollow(
        (options) => api.labCard.watch({ labId }, options),
        (value) => {
          card.value = value
        },
        connection,
      ),
    )
  }
  look()
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', look)
    looking?.stop()
  })
  return card
}
