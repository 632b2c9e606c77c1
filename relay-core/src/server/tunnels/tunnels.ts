import { RelayError } from '../../api/errors.ts'
import type { Connection, ProbeResult, TunnelState } from '../../api/models.ts'
import type { Log } from '../../log.ts'
import type { Target } from '../agent-session.ts'
import type { Agents } from '../agents.ts'
import { probe } from './probe.ts'
import { parseHostPort } from '../../transport/host-port.ts'
import { TcpTunnel } from './tcp-tunnel.ts'

export interface TunnelSpec {
  readonly id: number
  readonly clientId: number
  readonly mode: 'tcp'
  /** The port on the server; 0: any free one, see `port`. */
  readonly port: number
  /** `host:port`, as the agent dials it. */
  readonly target: string
}

export interface TunnelCounters {
  /** Bytes to visitors since the tunnel was opened. */
  readonly downBytes: number
  /** Bytes to the target since the tunnel was opened. */
  readonly upBytes: number
  /** Connections now. */
  readonly connections: number
}

export interface TunnelsOptions {
  readonly agents: Agents
  /** Where the ports are opened; by default on every address, IPv4 and IPv6. */
  readonly host?: string
  readonly log: Log
}

interface OpenTunnel {
  readonly spec: TunnelSpec
  readonly listener: TcpTunnel
}

/** The tunnels that are switched on. What is switched off or could not be opened is not known here. */
export class Tunnels {
  readonly #options: TunnelsOptions
  readonly #open = new Map<number, OpenTunnel>()
  readonly #failures = new Map<number, RelayError>()

  constructor(options: TunnelsOptions) {
    this.#options = options
  }

  /**
   * Opens the tunnel's port, or changes an open tunnel to `spec`: a new port is opened before the old one is closed,
   * so that a refused change leaves everything as it was. Rejects with `port-taken`, `port-forbidden` or `invalid-input`.
   */
  async open(spec: TunnelSpec): Promise<void> {
    const target = parseHostPort(spec.target, 'target')
    const existing = this.#open.get(spec.id)
    if (existing && existing.spec.clientId === spec.clientId && existing.listener.port === spec.port) {
      this.#open.set(spec.id, { spec, listener: existing.listener })
      if (existing.spec.target !== spec.target) existing.listener.retarget(target)
      return
    }
    const listener = this.#listener(spec, target)
    try {
      await listener.listen()
    } catch (error) {
      if (!existing && error instanceof RelayError) this.#failures.set(spec.id, error)
      throw error
    }
    this.#failures.delete(spec.id)
    this.#open.set(spec.id, { spec, listener })
    if (!existing) return
    listener.downBytes = existing.listener.downBytes
    listener.upBytes = existing.listener.upBytes
    await existing.listener.close()
  }

  /** Closes the port and ends its connections; what is not open stays so. */
  async close(id: number): Promise<void> {
    this.#failures.delete(id)
    const tunnel = this.#open.get(id)
    this.#open.delete(id)
    await tunnel?.listener.close()
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.close(id)))
  }

  status(id: number): TunnelState {
    if (this.#open.has(id)) return { state: 'listening' }
    const failure = this.#failures.get(id)
    if (!failure) return { state: 'stopped' }
    const { code, params, message } = failure
    return { state: 'failed', failure: { code, params, message } }
  }

  /** The port on the server, or undefined when the tunnel is not open. */
  port(id: number): number | undefined {
    return this.#open.get(id)?.listener.port
  }

  counters(id: number): TunnelCounters {
    const listener = this.#open.get(id)?.listener
    return {
      downBytes: listener?.downBytes ?? 0,
      upBytes: listener?.upBytes ?? 0,
      connections: listener?.connectionCount ?? 0,
    }
  }

  connections(id: number): Connection[] {
    return this.#open.get(id)?.listener.connections() ?? []
  }

  /** Goes the way of a visitor, hop by hop. Never rejects but by its signal: what failed stands in the answer. */
  probe(id: number, { signal }: { signal: AbortSignal }): Promise<ProbeResult> {
    const tunnel = this.#open.get(id)
    return probe({
      tunnelId: id,
      state: this.status(id),
      session: tunnel && this.#options.agents.get(tunnel.spec.clientId),
      target: tunnel?.listener.target,
      signal,
    })
  }

  #listener({ id, clientId, port }: TunnelSpec, target: Target): TcpTunnel {
    const { agents, host, log } = this.#options
    return new TcpTunnel({ id, host, port, target, session: () => agents.get(clientId), log })
  }
}
