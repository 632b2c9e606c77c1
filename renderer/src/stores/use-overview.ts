import type { Lab, MachineRef, Overview, Server, SetAside, Tunnel } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFeed } from '../carrier/use-follow.ts'

/** Everything on Home: servers, lab boxes and tunnels, as the backend last said. */
export const useOverview = defineStore('overview', () => {
  const { api } = useBackend()
  const { value: overview } = useFeed<Overview>((options) => api.overview.watch({}, options))

  /** False until the first value has come: show names without states, not an empty page. */
  const loaded = computed(() => overview.value !== null)
  const servers = computed<readonly Server[]>(() => overview.value?.servers ?? [])
  const labs = computed<readonly Lab[]>(() => overview.value?.labs ?? [])
  const tunnels = computed<readonly Tunnel[]>(() => overview.value?.tunnels ?? [])
  const setAside = computed<readonly SetAside[]>(() => overview.value?.setAside ?? [])
  const laptopOnline = computed(() => overview.value?.laptopOnline ?? true)
  const trial = computed(() => overview.value?.trial ?? false)
  /** When the backend made this picture; null before the first. */
  const atMs = computed(() => overview.value?.atMs ?? null)

  const serverOf = (serverId: string) => servers.value.find((server) => server.id === serverId) ?? null
  const tunnelsOf = (labId: string) => tunnels.value.filter((tunnel) => tunnel.labId === labId)
  /** Those that this app lists, and does not check. */
  const otherTunnelsOf = (labId: string) =>
    (overview.value?.otherTunnels ?? []).filter((tunnel) => tunnel.labId === labId)
  const labOf = (labId: string) => labs.value.find((lab) => lab.id === labId) ?? null

  return {
    overview,
    loaded,
    servers,
    labs,
    tunnels,
    setAside,
    laptopOnline,
    trial,
    atMs,
    serverOf,
    labOf,
    machineOf: ({ kind, id }: MachineRef) => (kind === 'lab' ? labOf(id) : serverOf(id)),
    tunnelOf: (tunnelId: string) => tunnels.value.find((tunnel) => tunnel.id === tunnelId) ?? null,
    labsOf: (serverId: string) => labs.value.filter((lab) => lab.serverId === serverId),
    otherTunnelsOf,
    tunnelsOf,
    /** All that a lab box has, whoever made them. */
    tunnelCountOf: (labId: string) => tunnelsOf(labId).length + otherTunnelsOf(labId).length,
  }
})
