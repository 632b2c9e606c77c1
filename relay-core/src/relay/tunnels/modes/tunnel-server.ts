import type { Limits } from '../../../api/limits.ts'
import type { TunnelMode as ModeName } from '../../../api/tunnel-modes.ts'
import type { TunnelSettings } from '../../../api/tunnel-settings.ts'
import type { Log } from '../../../log/log.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import type { PrivateTunnels } from '../private/private-tunnels.ts'
import type { RelayError } from '../../../api/errors.ts'
import type { Descriptors } from '../../limits/descriptors.ts'
import type { HostListeners } from '../../hosts/host-listeners.ts'
import type { TunnelConnections } from '../tunnel-connections.ts'
import type { PasswordCheck } from '../password-check.ts'
import type { RoundRobinTargets } from '../round-robin-targets.ts'

export interface TunnelSpec {
  readonly id: number
  /** For messages; without it the tunnel's number is used. */
  readonly name?: string
  readonly clientId: number
  readonly mode: ModeName
  /** The port on the server; 0: any free one, see `TunnelMode.port`; null in modes without one. */
  readonly port: number | null
  /** `host:port`, as the agent dials it, or several separated by commas; empty in modes without one. */
  readonly target: string
  readonly settings?: TunnelSettings
  readonly limits?: Limits
  /** Both directions together, before it was opened: part of the quota. */
  readonly usedBytes?: number
  /** Of these, what was used since this month began. */
  readonly monthBytes?: number
}

/** What a mode is given to work with. */
export interface TunnelServerContext {
  /** The relay's default address; a tunnel's `listenIp` takes precedence. Undefined: every address, IPv4 and IPv6. */
  readonly listenHost: string | undefined
  readonly session: () => AgentSession | undefined
  readonly connections: TunnelConnections
  readonly targets: RoundRobinTargets
  readonly passwords: PasswordCheck
  /** The open private tunnels; undefined where there are none. */
  readonly privateTunnels?: PrivateTunnels | undefined
  /** The ports that host tunnels share; undefined where there are none. */
  readonly hosts?: HostListeners | undefined
  readonly descriptors?: Descriptors | undefined
  readonly log: Log
}

/** How visitors are served: one file per mode in this folder, all listed in modes.ts. */
export interface TunnelServer {
  /** Rejects with `port-taken`, `port-forbidden` or `invalid-input`. */
  listen(): Promise<void>
  /** Stops letting visitors in; `connections` ends those that are connected. Idempotent. */
  close(): Promise<void>
  /** The port listened on, null where there is none. */
  readonly port: number | null
  /** What keeps visitors away at the moment, although it is open. */
  readonly failure?: RelayError | undefined
  /** Applies the changes in `spec` while it runs; false: it has to be closed and opened again. */
  update(spec: TunnelSpec): boolean
}
