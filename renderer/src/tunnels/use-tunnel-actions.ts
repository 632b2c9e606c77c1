import type { Failure, Fix, Tunnel } from '@nps-desktop/electron/contract'
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { useRouter } from 'vue-router'
import { useApi } from '../carrier/backend.ts'
import { failureOf } from '../carrier/failure-of.ts'
import { useOpenUrl } from '../stores/use-open-url.ts'
import { rememberUse } from './last-use.ts'
import { useRemovals } from './removals.ts'

/** What can be done with a tunnel, the same everywhere it is shown. */
export interface TunnelActions {
  /** Tunnels that something is being done to. */
  readonly busy: Ref<ReadonlySet<string>>
  /** Why the last thing failed, by tunnel. */
  readonly failures: Ref<ReadonlyMap<string, Failure>>
  show(tunnel: Tunnel): void
  open(tunnel: Tunnel): void
  start(tunnel: Tunnel): void
  stop(tunnel: Tunnel): void
  check(tunnel: Tunnel): void
  remove(tunnel: Tunnel): void
  fix(tunnel: Tunnel, fix: Fix): void
  dismiss(tunnelId: string): void
}

export function useTunnelActions(): TunnelActions {
  const api = useApi()
  const router = useRouter()
  const openUrl = useOpenUrl()
  const removals = useRemovals()
  const busy = shallowRef<ReadonlySet<string>>(new Set())
  const failures = ref<ReadonlyMap<string, Failure>>(new Map())
  const stop = new AbortController()
  onScopeDispose(() => stop.abort())

  async function run(
    tunnelId: string,
    work: (options: { signal: AbortSignal }) => Promise<unknown>,
  ): Promise<void> {
    if (busy.value.has(tunnelId)) return
    busy.value = new Set([...busy.value, tunnelId])
    dismiss(tunnelId)
    try {
      await work({ signal: stop.signal })
    } catch (error) {
      const failure = failureOf(error)
      if (failure) failures.value = new Map([...failures.value, [tunnelId, failure]])
    } finally {
      busy.value = new Set([...busy.value].filter((id) => id !== tunnelId))
    }
  }
  function dismiss(tunnelId: string): void {
    failures.value = new Map([...failures.value].filter(([id]) => id !== tunnelId))
  }

  return {
    busy,
    failures,
    dismiss,
    show(tunnel) {
      rememberUse(tunnel.labId)
      void router.push({ name: 'tunnel', params: { tunnelId: tunnel.id } })
    },
    open(tunnel) {
      rememberUse(tunnel.labId)
      void run(tunnel.id, async (options) => {
        const { url } = await api.tunnels.openAddress({ tunnelId: tunnel.id }, options)
        await openUrl(url)
      })
    },
    start: (tunnel) => void run(tunnel.id, (options) => api.tunnels.start({ tunnelId: tunnel.id }, options)),
    stop: (tunnel) => void run(tunnel.id, (options) => api.tunnels.stop({ tunnelId: tunnel.id }, options)),
    check: (tunnel) => void run(tunnel.id, (options) => api.tunnels.check({ tunnelId: tunnel.id }, options)),
    remove: (tunnel) => removals.ask(tunnel),
    fix(tunnel, fix) {
      switch (fix.action) {
        case 'retry':
          return void run(tunnel.id, (options) => api.tunnels.check({ tunnelId: tunnel.id }, options))
        case 'use-port':
          return void run(tunnel.id, (options) =>
            api.tunnels.edit({ tunnelId: tunnel.id, port: fix.port }, options),
          )
        case 'accept-change':
          return void run(tunnel.id, (options) =>
            api.tunnels.acceptChange({ tunnelId: tunnel.id, agentKey: fix.agentKey }, options),
          )
        case 'keep-private':
          return void run(tunnel.id, (options) =>
            api.tunnels.edit({ tunnelId: tunnel.id, reach: 'laptop' }, options),
          )
        case 'open-url':
          return void run(tunnel.id, () => openUrl(fix.url))
        case 'open-host-firewall':
          return void run(tunnel.id, async (options) => {
            await api.servers.openHostFirewall({ serverId: tunnel.serverId }, options)
            await api.tunnels.check({ tunnelId: tunnel.id }, options)
          })
        case 'copy':
          return void run(tunnel.id, () => navigator.clipboard.writeText(fix.text))
        case 'start-service':
          return void run(tunnel.id, () => navigator.clipboard.writeText(fix.command))
        case 'edit-address':
          return void router.push({ name: 'tunnel', params: { tunnelId: tunnel.id }, query: { edit: '1' } })
        case 'enter-secret':
        case 'enter-sudo-password':
        case 'install-without-root':
        case 'accept-host-key':
          return void router.push({ name: 'server', params: { serverId: tunnel.serverId } })
      }
    },
  }
}
