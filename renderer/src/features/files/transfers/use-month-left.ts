import { leadsToOwnSshd } from '@nps-desktop/electron/contract'
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useApi } from '../../../carrier/use-backend.ts'
import { usePolled } from '../../../carrier/use-polled.ts'
import { useNow } from '../../../format/use-now.ts'
import { useOverview } from '../../../stores/use-overview.ts'
import { usedThisMonth } from '../../../tunnels/limits/month-forecast.ts'

/** What a server's plan allows to be carried until the month is over. */
export interface MonthLeft {
  readonly serverId: string
  readonly server: string
  readonly bytes: number
}

/** The traffic of a month changes slowly. */
const askIntervalMs = 60_000

/**
 * What is left of the month for files of a lab box. Null where that limits nothing: the plan of its server has no limit, what has been
 * carried is not known yet, or the files do not travel through the server.
 */
export function useMonthLeft(labId: () => string): ComputedRef<MonthLeft | null> {
  const api = useApi()
  const overview = useOverview()
  const nowMs = useNow()
  const server = computed(() => {
    const lab = overview.labOf(labId())
    return lab && overview.serverOf(lab.serverId)
  })
  /** The files take the box's own SSH tunnel where that is ready, else its address. */
  const isThrough = computed(() => {
    const own = overview
      .tunnelsOf(labId())
      .find((tunnel) => leadsToOwnSshd(tunnel) && tunnel.status.state === 'ready')
    return own !== undefined && own.way?.way !== 'direct'
  })
  const limitBytes = computed(() => (isThrough.value ? (server.value?.plan?.monthBytes ?? null) : null))
  const { value: history } = usePolled(
    computed(() =>
      server.value && limitBytes.value !== null
        ? { serverId: server.value.id, range: 'month' as const }
        : null,
    ),
    (what, options) => api.traffic.history(what, options),
    askIntervalMs,
  )
  return computed(() => {
    if (!server.value || limitBytes.value === null || !history.value) return null
    const { id, name } = server.value
    const used = usedThisMonth(history.value, nowMs.value)
    return { serverId: id, server: name, bytes: Math.max(0, limitBytes.value - used) }
  })
}

/** How much of what is left `bytes` are. `much`: a fifth or more, which deserves a look. `over`: more than there is. */
export function shareOfMonth({ bytes: left }: MonthLeft, bytes: number): 'little' | 'much' | 'over' {
  if (bytes > left) return 'over'
  return bytes > left / 5 ? 'much' : 'little'
}
