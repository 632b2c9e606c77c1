import { onScopeDispose, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import type { RouteLocationNormalized } from 'vue-router'
import { useBackend } from '../carrier/use-backend.ts'

/** The page whose parts could not be loaded, until it is there or another one is. */
export interface LostPageState {
  readonly lost: Readonly<ShallowRef<RouteLocationNormalized | null>>
  again(): void
}

/** Follows the router. Loading all of it again gets what a browser would not ask for twice, but takes a backend that answers. */
export function useLostPage(): LostPageState {
  const router = useRouter()
  const { connection } = useBackend()
  const lost = shallowRef<RouteLocationNormalized | null>(null)
  onScopeDispose(
    router.onError((_error, to) => {
      lost.value = to
    }),
  )
  onScopeDispose(
    router.afterEach((_to, _from, failure) => {
      if (!failure) lost.value = null
    }),
  )
  function again(): void {
    if (lost.value === null) return
    const { fullPath } = lost.value
    if (connection.state.value.state !== 'online') {
      // where it fails, this page stays
      void router.replace(fullPath).catch(() => undefined)
      return
    }
    location.hash = router.resolve(fullPath).href
    location.reload()
  }
  return { lost, again }
}
