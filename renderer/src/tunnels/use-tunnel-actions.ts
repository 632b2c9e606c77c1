import type { Failure, Fix, Tunnel } from '@nps-desktop/electron/contract'
import { ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { useRouter } from 'vue-router'
import { useApi } from '../carrier/use-backend.ts'
import { failureOf } from '../carrier/failure-of-call.ts'
import { useScopeSignal } from '../carrier/scope-signal.ts'
import { useOpenUrl } from '../stores/use-open-url.ts'
import { useFixes } from '../failures/use-fixes.ts'
import { doFix } from '../failures/fixes.ts'
import type { FixHandlers } from '../failures/fixes.ts'
import { rememberUse } from './sheet/last-use.ts'
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
  /** Carries out a fix of the tunnel's failure, from its row. */
  fix(tunnel: Tunnel, fix: Fix): void
  /** What carries out the fixes of this tunnel's failures, for a panel. */
  handlersOf(tunnel: Tunnel): FixHandlers
  dismiss(tunnelId: string): void
}

export function useTunnelActions(): TunnelActions {
  const api = useApi()
  const router = useRouter()
  const openUrl = useOpenUrl()
  const fixesOf = useFixes()
  const removals = useRemovals()
  const busy = shallowRef<ReadonlySet<string>>(new Set())
  const failures = ref<ReadonlyMap<string, Failure>>(new Map())
  const signal = useScopeSignal()

  async function run(
    tunnelId: string,
    work: (options: { signal: AbortSignal }) => Promise<unknown>,
  ): Promise<boolean> {
    if (busy.value.has(tunnelId)) return false
    busy.value = new Set([...busy.value, tunnelId])
    dismiss(tunnelId)
    try {
      await work({ signal })
      return true
    } catch (error) {
      const failure = failureOf(error)
      if (failure) failures.value = new Map([...failures.value, [tunnelId, failure]])
      return false
    } finally {
      busy.value = new Set([...busy.value].filter((id) => id !== tunnelId))
    }
  }
  function dismiss(tunnelId: string): void {
    failures.value = new Map([...failures.value].filter(([id]) => id !== tunnelId))
  }

  const check = (tunnel: Tunnel): Promise<boolean> =>
    run(tunnel.id, (options) => api.tunnels.check({ tunnelId: tunnel.id }, options))
  const handlersOf = (tunnel: Tunnel): FixHandlers => ({
    ...fixesOf({
      run: (work) => run(tunnel.id, work),
      again: () => check(tunnel),
      machine: { kind: 'server', id: tunnel.serverId },
      tunnelId: tunnel.id,
      usePort: (port) =>
        run(tunnel.id, (options) => api.tunnels.edit({ tunnelId: tunnel.id, port }, options)),
      editAddress: () =>
        router.push({ name: 'tunnel', params: { tunnelId: tunnel.id }, query: { edit: '1' } }),
    }),
    // its page asks for the password beside the ports
    'enter-sudo-password': () => router.push({ name: 'server', params: { serverId: tunnel.serverId } }),
  })

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
    check: (tunnel) => void check(tunnel),
    remove: (tunnel) => removals.ask(tunnel),
    fix(tunnel, fix) {
      const failure =
        failures.value.get(tunnel.id) ?? (tunnel.status.state === 'broken' ? tunnel.status.failure : null)
      if (failure) void doFix(handlersOf(tunnel), fix, failure)
    },
    handlersOf,
  }
}
