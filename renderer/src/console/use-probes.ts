import type { ProbeResult, RelayTunnel } from '@nps-desktop/relay-core/api'
import { shallowRef } from 'vue'
import type { Ref } from 'vue'
import { pause } from '../carrier/connection.ts'
import { useScopeSignal } from '../carrier/scope-signal.ts'
import type { RelayApi } from './relay-api.ts'

/** The pause between two rounds; a result counts for 30 s. */
const roundMs = 10_000
/** At most this many tunnels per round, one after the other; if there are more, they take turns. */
const maxPerRound = 30

/** What the last probe of each running tunnel found: through port, lab box and service. */
export function useProbes(
  api: RelayApi,
  tunnels: Ref<readonly RelayTunnel[] | null>,
): Ref<ReadonlyMap<number, ProbeResult>> {
  const results = shallowRef<ReadonlyMap<number, ProbeResult>>(new Map())
  void run(useScopeSignal())
  return results

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const running = (tunnels.value ?? []).filter(({ status }) => status.state === 'listening')
      const oldest = running.toSorted((a, b) => askedAt(a) - askedAt(b)).slice(0, maxPerRound)
      for (const tunnel of oldest) {
        try {
          const result = await api.tunnels.probe({ id: tunnel.id }, { signal })
          results.value = new Map(results.value).set(tunnel.id, result)
        } catch {
          // Not asked, so nothing is proved: the older result expires by itself.
        }
        if (signal.aborted) return
      }
      await pause(tunnels.value === null || results.value.size === 0 ? 1_000 : roundMs, signal)
    }
  }
  function askedAt(tunnel: RelayTunnel): number {
    return results.value.get(tunnel.id)?.atMs ?? 0
  }
}
