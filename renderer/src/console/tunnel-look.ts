import type { ProbeResult, RelayFailure, Tunnel } from '@nps-desktop/relay-core/api'

const provedForMs = 30_000

/** A tunnel's state as far as the server itself can prove it. */
export type ConsoleLook =
  | { look: 'ready'; ms: number }
  | { look: 'checking' }
  | { look: 'broken'; failure: RelayFailure }
  | { look: 'paused' }

export function consoleLook(tunnel: Tunnel, probe: ProbeResult | undefined, nowMs: number): ConsoleLook {
  if (tunnel.status.state === 'stopped') return { look: 'paused' }
  if (tunnel.status.state === 'failed') return { look: 'broken', failure: tunnel.status.failure }
  if (!probe || nowMs - probe.atMs > provedForMs) return { look: 'checking' }
  const failed = probe.hops.find((hop) => hop.failure)
  if (failed?.failure) return { look: 'broken', failure: failed.failure }
  return { look: 'ready', ms: probe.hops.reduce((sum, hop) => sum + (hop.ms ?? 0), 0) }
}
