import { knownService } from '@nps-desktop/electron/contract'
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { RouteLocationRaw } from 'vue-router'
import { useOverview } from '../../stores/use-overview.ts'
import type { IconName } from '../../ui/icons.ts'
import { kindIcons } from '../../tunnels/tunnel-state.ts'

export interface SearchEntry {
  key: string
  label: string
  /** Where it is, or what it is also known by. */
  note: string
  /** What else finds it: its kind, its port, where it leads. */
  words?: string
  icon: IconName
  to: RouteLocationRaw
}

/** Everything that has a name. */
export function useSearchEntries(): ComputedRef<readonly SearchEntry[]> {
  const overview = useOverview()
  const { t } = useI18n({ useScope: 'global' })
  const page = (name: string, label: string, icon: IconName): SearchEntry => ({
    key: `page-${name}`,
    label,
    note: '',
    icon,
    to: { name },
  })

  return computed(() => [
    ...overview.tunnels.map((tunnel) => ({
      key: `tunnel-${tunnel.id}`,
      label: tunnel.name,
      note: `${overview.labOf(tunnel.labId)?.name ?? ''} :${tunnel.port}`,
      words: `${knownService(tunnel.kind)?.name ?? 'TCP'} ${tunnel.target} ${tunnel.address}`,
      icon: kindIcons[tunnel.kind],
      to: { name: 'tunnel', params: { tunnelId: tunnel.id } },
    })),
    ...overview.labs.map((lab) => ({
      key: `lab-${lab.id}`,
      label: lab.name,
      note: overview.serverOf(lab.serverId)?.name ?? '',
      icon: 'chip' as const,
      to: { name: 'lab', params: { labId: lab.id } },
    })),
    ...overview.servers.map((server) => ({
      key: `server-${server.id}`,
      label: server.name,
      note: server.address?.host ?? server.relay?.host ?? '',
      icon: 'server' as const,
      to: { name: 'server', params: { serverId: server.id } },
    })),
    page('home', t('frame.home'), 'home'),
    page('activity', t('frame.activity'), 'pulse'),
    page('terminal', t('terminal.title'), 'terminal'),
    page('settings', t('frame.settings'), 'gear'),
    page('setup', t('frame.addServer'), 'plus'),
    page('connect', t('frame.addRunning'), 'import'),
  ])
}
