import type { Duplex } from 'node:stream'
import type { Target } from '../session/agent-session.ts'

/** Whoever asks a proxy for targets, and how those are reached. The proxy takes `stream` over, which must not flow yet. */
export interface ProxyClient {
  readonly stream: Duplex
  /** Aborts when the client has to go: its stream is reset. */
  readonly signal: AbortSignal
  /** As `openStream` of an AgentSession. `confirmed: 'soon'`: the client is told the outcome before anything passes. */
  readonly reach: (target: Target, options: { signal: AbortSignal; confirmed?: 'soon' }) => Promise<Duplex>
  /** As `splice`; it may count and limit what passes. */
  readonly join: (client: Duplex, target: Duplex) => Promise<void>
  /** For the log: why the client, or one of its targets, was turned away. */
  readonly onRefused: (reason: unknown, target?: Target) => void
}
