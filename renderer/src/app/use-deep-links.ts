import { type Ref, ref } from 'vue'
import { useRouter } from 'vue-router'
import { useBackend } from '../carrier/use-backend.ts'
import { useFollow } from '../carrier/use-follow.ts'

/** Shows what an `nps-desktop://` link asks for. `refused` is the beginning of the last one that asks for nothing known. */
export function useDeepLinks(): { refused: Ref<string | null> } {
  const { api } = useBackend()
  const router = useRouter()
  const refused = ref<string | null>(null)
  useFollow(
    (options) => api.app.deepLinks({}, options),
    (link) => {
      refused.value = link.kind === 'unknown' ? link.shown : null
      if (link.kind === 'connect') void router.push({ name: 'connect', query: { link: link.line } })
      else if (link.kind === 'tunnel')
        void router.push({ name: 'tunnel', params: { tunnelId: link.tunnelId } })
    },
  )
  return { refused }
}
