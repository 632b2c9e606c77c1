import type { PushedClient, PushedHost, PushedTunnel } from './pushed-config.ts'

/** Checks of this agent's targets, which it does for its relay. */
export interface AgentHealthCheck {
  readonly type: 'tcp' | 'http'
  /** `host:port` as the tunnels write it. */
  readonly targets: readonly string[]
  /** For http. */
  readonly path: string
  readonly timeoutMs: number
  readonly intervalMs: number
  readonly maxFailures: number
}

/** What an agent brings along to its relay. */
export interface PushedConfiguration {
  /** How the relay should treat this agent; used only when the vkey is the relay's public one. */
  readonly client: PushedClient
  readonly hosts: readonly PushedHost[]
  readonly tunnels: readonly PushedTunnel[]
  readonly healthChecks: readonly AgentHealthCheck[]
}
