import { useRouter } from 'vue-router'
import { useBackend } from '../carrier/use-backend.ts'
import { useFollow } from '../carrier/use-follow.ts'

/** Opens what an `nps-desktop://` link asks for; `nps-desktop://connect?…` is what `nps connect` prints. */
export function useDeepLinks(): void {
  const { api } = useBackend()
  const router = useRouter()
  useFollow(
    (options) => api.app.deepLinks({}, options),
    ({ url }) => {
      const target = URL.canParse(url) ? new URL(url).host : ''
      if (target === 'connect') void router.push({ name: 'connect', query: { link: url } })
    },
  )
}
