import { relayFailure } from '@nps-desktop/electron/contract'
import type { Failure } from '@nps-desktop/electron/contract'
import { provedForMs } from '../tunnels/tunnel-state.ts'
import { traitsOf } from '@nps-desktop/relay-core/api'
import type { ProbeResult, RelayFailure, RelayTunnel } from '@nps-desktop/relay-core/api'

/** A tunnel's state as far as the server itself can prove it. */
export type ConsoleLook =
  | { look: 'ready'; ms: number }
  | { look: 'checking' }
  | { look: 'broken'; failure: Failure }
  | { look: 'paused' }
  /** It listens and its lab box is there; whether anything answers cannot be checked over UDP. */
  | { look: 'unchecked' }

export function consoleLook(tunnel: RelayTunnel, probe: ProbeResult | undefined, nowMs: number): ConsoleLook {
  if (tunnel.status.state === 'stopped') return { look: 'paused' }
  if (tunnel.status.state === 'failed') return broken(tunnel.status.failure)
  if (!probe || nowMs - probe.atMs > provedForMs) return { look: 'checking' }
  const failed = probe.hops.find((hop) => hop.failure)
  if (failed?.failure) return broken(failed.failure)
  if (traitsOf(tunnel.mode)?.port === 'udp') return { look: 'unchecked' }
  return { look: 'ready', ms: probe.hops.reduce((sum, hop) => sum + (hop.ms ?? 0), 0) }
}

function broken({ code, message, params }: RelayFailure): ConsoleLook {
  return { look: 'broken', failure: relayFailure(code, message, params) }
}
