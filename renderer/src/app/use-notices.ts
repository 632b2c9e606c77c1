import { noticeWords } from '@nps-desktop/electron/contract'
import type { Notice, NoticePage } from '@nps-desktop/electron/contract'
import { onScopeDispose } from 'vue'
import { type RouteLocationRaw, useRouter } from 'vue-router'
import { follow } from '../carrier/follow.ts'
import { useBackend } from '../carrier/use-backend.ts'
import { useFollow } from '../carrier/use-follow.ts'
import { usePreferences } from '../stores/use-preferences.ts'

/**
 * Tells the backend which page is in front, so that nothing is told that the person sees; and in a browser shows what is to be
 * told, where the person has allowed it. The desktop app shows it through the system.
 */
export function useNotices(): void {
  const { api, connection } = useBackend()
  const router = useRouter()
  const preferences = usePreferences()
  let look: { shown: string; stop: AbortController } | null = null

  function lookAtFront(): void {
    const page = document.hasFocus() && document.visibilityState === 'visible' ? pageInFront() : null
    const shown = page ? JSON.stringify(page) : ''
    if (shown === (look?.shown ?? '')) return
    look?.stop.abort()
    look = page ? { shown, stop: new AbortController() } : null
    if (!page || !look) return
    void follow(
      connection,
      (options) => api.notices.lookAt({ page }, options),
      () => undefined,
      {
        signal: look.stop.signal,
      },
    )
  }
  function pageInFront(): NoticePage | null {
    const { name, params } = router.currentRoute.value
    const text = (key: string): string => String(params[key] ?? '')
    if (name === 'home') return { name: 'home' }
    if (name === 'server') return { name: 'server', serverId: text('serverId') }
    if (name === 'lab') return { name: 'lab', labId: text('labId') }
    return name === 'tunnel' ? { name: 'tunnel', tunnelId: text('tunnelId') } : null
  }
  const stopHook = router.afterEach(lookAtFront)
  const events = [
    [window, 'focus'],
    [window, 'blur'],
    [document, 'visibilitychange'],
  ] as const
  for (const [target, name] of events) target.addEventListener(name, lookAtFront)
  onScopeDispose(() => {
    stopHook()
    for (const [target, name] of events) target.removeEventListener(name, lookAtFront)
    look?.stop.abort()
  })
  lookAtFront()

  function show(notice: Notice): void {
    if (preferences.capabilities.desktop || typeof Notification === 'undefined') return
    if (Notification.permission !== 'granted') return
    const { title, body } = noticeWords(notice, preferences.language)
    // the same tag: a later one of the same cause takes the place of the earlier
    const shown = new Notification(title, { body, tag: notice.cause })
    shown.addEventListener('click', () => {
      window.focus()
      shown.close()
      void router.push(routeOf(notice.page))
    })
  }
  useFollow((options) => api.notices.watch({}, options), show)
}

function routeOf(page: NoticePage): RouteLocationRaw {
  const { name, ...params } = page
  return { name, params }
}
