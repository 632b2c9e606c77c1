import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'
import { useBackend } from '../carrier/use-backend.ts'
import { follow } from '../carrier/follow.ts'

/** Opens what an `nps-desktop://` link asks for; `nps-desktop://connect?…` is what `nps connect` prints. */
export function useDeepLinks(): void {
  const { api, connection } = useBackend()
  const router = useRouter()
  const stop = new AbortController()
  onScopeDispose(() => stop.abort())
  void follow(
    connection,
    (options) => api.app.deepLinks({}, options),
    ({ url }) => {
      const target = URL.canParse(url) ? new URL(url).host : ''
      if (target === 'connect') void router.push({ name: 'connect', query: { link: url } })
    },
    { signal: stop.signal },
  )
}
