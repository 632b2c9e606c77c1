import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import type { RouteLocationRaw } from 'vue-router'
import { useOverview } from '../../stores/use-overview.ts'
import { useShownServer } from './use-shown-server.ts'

export interface Crumb {
  label: string
  to: RouteLocationRaw
  /** The page itself, where no heading names it. */
  isHere?: boolean
}

/** The path to the page shown, without the page itself, which its heading names. */
export function useCrumbs(): ComputedRef<readonly Crumb[]> {
  const route = useRoute()
  const overview = useOverview()
  const server = useShownServer()
  const { t } = useI18n({ useScope: 'global' })

  const serverCrumb = (): Crumb[] => {
    const { id: serverId, name: label } = server.value ?? {}
    return label === undefined ? [] : [{ label, to: { name: 'server', params: { serverId } } }]
  }

  return computed(() => {
    // its heading is for screen readers alone: the text takes the whole page
    if (route.name === 'terminal')
      return [{ label: t('terminal.title'), to: { name: 'terminal' }, isHere: true }]
    const { serverId, labId, tunnelId } = route.params
    if (typeof tunnelId === 'string') {
      const tunnel = overview.tunnelOf(tunnelId)
      const lab = tunnel && overview.labOf(tunnel.labId)
      if (!tunnel || !lab) return []
      return [...serverCrumb(), { label: lab.name, to: { name: 'lab', params: { labId: lab.id } } }]
    }
    if (typeof labId === 'string') {
      const lab = overview.labOf(labId)
      if (!lab) return []
      const own = { label: lab.name, to: { name: 'lab', params: { labId } } }
      return [...serverCrumb(), ...(route.name === 'lab' ? [] : [own])]
    }
    if (typeof serverId === 'string') return [{ label: t('frame.servers'), to: { name: 'home' } }]
    return []
  })
}
