import type { Server } from '@nps-desktop/electron/contract'
import { computed, ref, watch } from 'vue'
import { useApi } from '../../carrier/use-backend.ts'
import { useOverview } from '../../stores/use-overview.ts'
import { useTrafficHistory } from '../../traffic/use-traffic-history.ts'

/** The traffic of the last hour through all servers. `failed`: nothing of it is known, and no server is about to tell. */
export function useHomeTraffic() {
  const api = useApi()
  const overview = useOverview()
  const { points, totals, failure, again } = useTrafficHistory(
    ref({ range: 'hour' as const }),
    (what, options) => api.traffic.history(what, options),
  )
  const idsWhere = (state: Server['link']['state']): string =>
    overview.servers
      .filter(({ link }) => link.state === state)
      .map(({ id }) => id)
      .join(' ')
  // as the app starts, none can be asked for a moment
  watch(
    () => idsWhere('online'),
    () => again(),
  )
  const failed = computed(() => failure.value !== null && idsWhere('checking') === '')
  return { points, totals, failed }
}
