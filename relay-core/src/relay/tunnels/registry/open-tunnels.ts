import { systemClock } from '../../../async/time/clock.ts'
import { Signal } from '../../../async/signals/signal.ts'
import { RelayError } from '../../../api/errors.ts'
import type { LegMeasurement, ProbeResult } from '../../../api/path-models.ts'
import type { TunnelState } from '../../../api/relay-tunnel-models.ts'
import type { Connection } from '../../../api/traffic-models.ts'
import type { Log } from '../../../log/log.ts'
import { formatHostPort } from '../../../net/address/host-port.ts'
import type { Agents } from '../../clients/agents.ts'
import type { HostListeners } from '../../hosts/host-listeners.ts'
import type { Direction } from '../../limits/allowance.ts'
import type { Descriptors } from '../../limits/descriptors.ts'
import type { LinkEntrance } from '../../rendezvous/direct-links.ts'
import type { TunnelCounters } from '../../traffic/traffic-ledger.ts'
import { ClientAllowances, type ClientUse } from '../client-allowances.ts'
import type { Guest } from '../guest.ts'
import { measureAgent } from '../measure-agent.ts'
import type { TunnelSpec } from '../modes/tunnel-server.ts'
import { PasswordCheck } from '../password-check.ts'
import type { AdmittedVisitor } from '../private/admitted-visitor.ts'
import { linkEntrance } from '../private/link-entrance.ts'
import type { PrivateTunnels } from '../private/private-tunnels.ts'
import { serveVisit } from '../private/serve-visit.ts'
import { probe } from '../probe.ts'
import type { RoundRobinTargets } from '../round-robin-targets.ts'
import type { AddressRegistrations } from '../tunnel-connections.ts'
import { OpenTunnel, type TunnelSurroundings } from './open-tunnel.ts'

export interface OpenTunnelsOptions {
  readonly agents: Agents
  /** Where the ports are opened; by default on every address, IPv4 and IPv6. */
  readonly host?: string
  /** Without it there are no private tunnels. */
  readonly privateTunnels?: PrivateTunnels
  /** Without it there are no host tunnels. */
  readonly hosts?: HostListeners
  /** Without it descriptors are not watched. */
  readonly descriptors?: Descriptors
  readonly log: Log
  /** Without it clients have no limits. */
  readonly clientUse?: (clientId: number) => ClientUse
  /** Without it every address is let in. */
  readonly registrations?: AddressRegistrations
  /** The guest who may come to a tunnel from an address, past its list of those who may. */
  readonly guestOf?: (tunnelId: number, address: string) => Guest | undefined
  readonly now?: () => number
}

/** The tunnels that are switched on. Those that are switched off or could not be opened are not known here. */
export class OpenTunnels {
  readonly clientAllowances: ClientAllowances
  /** Bytes have been reported of a tunnel that is closed. */
  readonly late = new Signal<[tunnelId: number, clientId: number, direction: Direction, bytes: number]>()
  readonly #around: TunnelSurroundings
  readonly #open = new Map<number, OpenTunnel>()
  readonly #failures = new Map<number, RelayError>()

  constructor(options: OpenTunnelsOptions) {
    const { agents, host, privateTunnels, hosts, descriptors, log, registrations } = options
    const { now = systemClock.now, guestOf = () => undefined, clientUse } = options
    this.clientAllowances = new ClientAllowances(
      clientUse ?? ((id) => ({ name: String(id), limits: {}, usedBytes: 0 })),
      { now },
    )
    this.#around = {
      listenHost: host,
      sessionOf: (clientId) => agents.get(clientId),
      clientAllowance: (clientId) => this.clientAllowances.get(clientId),
      passwords: new PasswordCheck({ now }),
      privateTunnels,
      hosts,
      descriptors,
      registrations,
      guestOf,
      onLate: (...reported) => this.late.emit(...reported),
      log,
      now,
    }
  }

  /**
   * Opens the tunnel, or changes an open one to `spec`. A refused change leaves everything as it was. Rejects with
   * `port-taken`, `port-forbidden`, `invalid-input` or `mode-unsupported`.
   */
  async open(spec: TunnelSpec): Promise<void> {
    const existing = this.#open.get(spec.id)
    if (existing) {
      await existing.change(spec)
      return
    }
    try {
      const opened = await OpenTunnel.open(spec, this.#around)
      this.#failures.delete(spec.id)
      this.#open.set(spec.id, opened)
    } catch (error) {
      if (error instanceof RelayError) this.#failures.set(spec.id, error)
      throw error
    }
  }

  /** Closes the tunnel, if it is open, and ends its connections. */
  async close(id: number): Promise<void> {
    this.#failures.delete(id)
    const tunnel = this.#open.get(id)
    this.#open.delete(id)
    await tunnel?.close()
  }

  /** Closes the tunnel, or leaves it closed, and shows why it must not be open. */
  async refuse(id: number, failure: RelayError): Promise<void> {
    await this.close(id)
    this.#failures.set(id, failure)
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.close(id)))
    this.clientAllowances.close()
  }

  /** Settings have changed: ends the connections that must not be as they are now. */
  review(): void {
    for (const { connections } of this.#open.values()) connections.review()
  }

  status(id: number): TunnelState {
    const refusal = this.#open.get(id)?.refusal ?? this.#failures.get(id)
    if (refusal) {
      const { code, params, message } = refusal
      return { state: 'failed', failure: { code, params, message } }
    }
    return { state: this.#open.has(id) ? 'listening' : 'stopped' }
  }

  /** For a guest who has come by the bridge, whatever the tunnel's mode; fulfils when it has gone, never rejects. */
  async serveGuest(
    id: number,
    visit: AdmittedVisitor,
    how: { verifier: Uint8Array; guest: Guest },
  ): Promise<void> {
    const tunnel = this.#open.get(id)
    if (!tunnel) {
      visit.failed(new RelayError('tunnel-stopped', 'The tunnel of this guest pass is stopped.'))
      return
    }
    const { clientId, connections, targets } = tunnel
    const { sessionOf, log } = this.#around
    await serveVisit(
      { tunnelId: id, session: () => sessionOf(clientId), connections, targets, log },
      visit,
      how,
    )
  }

  /** For direct links of a guest; undefined where the tunnel is not open. */
  linksOfGuest(id: number, guest: Guest): LinkEntrance | undefined {
    const tunnel = this.#open.get(id)
    return tunnel && linkEntrance(tunnel, guest)
  }

  isOpen(id: number): boolean {
    return this.#open.has(id)
  }

  /** The port on the server; undefined when the tunnel is not open, or has none. */
  port(id: number): number | undefined {
    return this.#open.get(id)?.port ?? undefined
  }

  counters(id: number): TunnelCounters {
    const connections = this.#open.get(id)?.connections
    return {
      downBytes: connections?.downBytes ?? 0,
      upBytes: connections?.upBytes ?? 0,
      connections: connections?.count ?? 0,
    }
  }

  connections(id: number): Connection[] {
    return this.#open.get(id)?.connections.list() ?? []
  }

  /** Unhealthy targets, which are left out, as `host:port`. */
  downTargets(id: number): string[] {
    const watched = this.#open.get(id)?.targets.list() ?? []
    return watched.filter(({ isHealthy }) => !isHealthy).map(({ target }) => formatHostPort(target))
  }

  /** Those of a client's open tunnels. */
  targetsOf(clientId: number): RoundRobinTargets[] {
    return [...this.#open.values()]
      .filter((tunnel) => tunnel.clientId === clientId)
      .map(({ targets }) => targets)
  }

  /** Follows a visitor's route hop by hop. Rejects only when its signal fires: the answer says what failed. */
  probe(id: number, { signal }: { signal: AbortSignal }): Promise<ProbeResult> {
    const tunnel = this.#open.get(id)
    return probe({
      tunnelId: id,
      atMs: this.#around.now(),
      state: this.status(id),
      session: tunnel && this.#around.sessionOf(tunnel.clientId),
      open: tunnel?.way({ signal, visitor: 'probe' }),
      signal,
    })
  }

  /** Rejects with `agent-offline`, or as `measureAgent`. */
  async measure(clientId: number, options: { signal: AbortSignal }): Promise<LegMeasurement> {
    const session = this.#around.sessionOf(clientId)
    if (session) return measureAgent(session, options)
    throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  }
}
