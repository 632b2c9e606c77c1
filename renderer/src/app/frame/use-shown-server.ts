import type { Server } from '@nps-desktop/electron/contract'
import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'
import { useOverview } from '../../stores/use-overview.ts'

/** The server that the page shown is about, or its lab box or tunnel is of; null on every other page. */
export function useShownServer(): ComputedRef<Server | null> {
  const route = useRoute()
  const overview = useOverview()
  return computed(() => {
    const { serverId, labId, tunnelId } = route.params
    if (typeof tunnelId === 'string') return ofServer(overview.tunnelOf(tunnelId)?.serverId)
    if (typeof labId === 'string') return ofServer(overview.labOf(labId)?.serverId)
    return ofServer(typeof serverId === 'string' ? serverId : undefined)
  })

  function ofServer(serverId: string | undefined): Server | null {
    return serverId === undefined ? null : overview.serverOf(serverId)
  }
}
