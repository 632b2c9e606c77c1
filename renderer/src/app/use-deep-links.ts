import { type Ref, ref } from 'vue'
import { isNavigationFailure, NavigationFailureType, type RouteLocationRaw, useRouter } from 'vue-router'
import { useBackend } from '../carrier/use-backend.ts'
import { useFollow } from '../carrier/use-follow.ts'

/** Shows what an `nps-desktop://` link asks for. `refused` is the beginning of the last one that asks for nothing known. */
export function useDeepLinks(): { refused: Ref<string | null> } {
  const { api } = useBackend()
  const router = useRouter()
  const refused = ref<string | null>(null)
  const show = async (page: RouteLocationRaw) => {
    const failure = await router.push(page)
    // The app itself turns from home to the welcome page as soon as it knows that nothing has been added: the link was asked for, so it wins.
    if (isNavigationFailure(failure, NavigationFailureType.cancelled)) await router.push(page)
  }
  useFollow(
    (options) => api.app.deepLinks({}, options),
    (link) => {
      refused.value = link.kind === 'unknown' ? link.shown : null
      if (link.kind === 'connect') void show({ name: 'connect', query: { link: link.line } })
      else if (link.kind === 'tunnel') void show({ name: 'tunnel', params: { tunnelId: link.tunnelId } })
      else if (link.kind === 'lab') void show({ name: 'lab', params: { labId: link.labId } })
      else if (link.kind === 'server') void show({ name: 'server', params: { serverId: link.serverId } })
    },
  )
  return { refused }
}
