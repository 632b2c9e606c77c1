import type { Duplex } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { Signal } from '../../../async/signals/signal.ts'
import { RelayError } from '../../../api/errors.ts'
import type { LegMeasurement, ProbeResult } from '../../../api/path-models.ts'
import type { TunnelState } from '../../../api/relay-tunnel-models.ts'
import type { Connection } from '../../../api/traffic-models.ts'
import { takesSetting, tunnelModes } from '../../../api/tunnel-modes.ts'
import type { Log } from '../../../log/log.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import type { Descriptors } from '../../limits/descriptors.ts'
import type { Agents } from '../../clients/agents.ts'
import { Allowance, type Direction } from '../../limits/allowance.ts'
import { ClientAllowances, type ClientUse } from '../client-allowances.ts'
import type { AdmittedVisitor } from '../private/admitted-visitor.ts'
import type { PrivateTunnels } from '../private/private-tunnels.ts'
import { linkEntrance } from '../private/link-entrance.ts'
import { serveVisit } from '../private/serve-visit.ts'
import type { LinkEntrance } from '../../rendezvous/direct-links.ts'
import type { Guest } from '../guest.ts'
import { watchTargets } from '../health-checks.ts'
import type { HostListeners } from '../../hosts/host-listeners.ts'
import { openFiles } from '../modes/file-mode.ts'
import { createMode } from '../modes/modes.ts'
import { connectionShares, TunnelConnections, type AddressRegistrations } from '../tunnel-connections.ts'
import { PasswordCheck } from '../password-check.ts'
import { measureAgent } from '../measure-agent.ts'
import { probe } from '../probe.ts'
import { formatHostPort } from '../../../net/address/host-port.ts'
import { parseTargets } from '../targets.ts'
import { RoundRobinTargets } from '../round-robin-targets.ts'
import type { TunnelCounters } from '../../traffic/traffic-ledger.ts'
import type { TunnelServer, TunnelSpec } from '../modes/tunnel-server.ts'

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
}

interface OpenTunnel {
  spec: TunnelSpec
  mode: TunnelServer
  readonly allowance: Allowance
  readonly connections: TunnelConnections
  readonly targets: RoundRobinTargets
  stopWatching: () => void
}

/** The tunnels that are switched on. Those that are switched off or could not be opened are not known here. */
export class OpenTunnels {
  readonly clientAllowances: ClientAllowances
  /** Bytes have been reported of a tunnel that is closed. */
  readonly late = new Signal<[tunnelId: number, clientId: number, direction: Direction, bytes: number]>()
  readonly #options: OpenTunnelsOptions
  readonly #open = new Map<number, OpenTunnel>()
  readonly #failures = new Map<number, RelayError>()
  readonly #passwords = new PasswordCheck()

  constructor(options: OpenTunnelsOptions) {
    this.#options = options
    this.clientAllowances = new ClientAllowances(
      options.clientUse ?? ((id) => ({ name: String(id), limits: {}, usedBytes: 0 })),
    )
  }

  /**
   * Opens the tunnel, or changes an open one to `spec`. A refused change leaves everything as it was. Rejects with
   * `port-taken`, `port-forbidden`, `invalid-input` or `mode-unsupported`.
   */
  async open(spec: TunnelSpec): Promise<void> {
    const targets = parseTargets(spec.target)
    const existing = this.#open.get(spec.id)
    if (existing) {
      await this.#change(existing, spec)
      return
    }
    const allowance = new Allowance({
      owner: `tunnel "${spec.name ?? spec.id}"`,
      limits: spec.limits ?? {},
      usedBytes: spec.usedBytes ?? 0,
      monthBytes: spec.monthBytes ?? 0,
      maxPerAddress: connectionShares.perTunnelAndAddress,
    })
    const connections = new TunnelConnections(
      spec.id,
      [allowance, this.clientAllowances.get(spec.clientId)],
      this.#options.registrations,
      (address) => this.#options.guestOf?.(spec.id, address),
    )
    const { id, clientId } = spec
    connections.onLate = (direction, bytes) => this.late.emit(id, clientId, direction, bytes)
    const turns = new RoundRobinTargets(targets)
    try {
      const mode = this.#mode(spec, connections, turns)
      await mode.listen()
      const opened = {
        spec,
        mode,
        allowance,
        connections: connections,
        targets: turns,
        stopWatching: () => undefined,
      }
      this.#failures.delete(spec.id)
      this.#open.set(spec.id, opened)
      this.#watch(opened)
    } catch (error) {
      connections.close()
      allowance.close()
      if (error instanceof RelayError) this.#failures.set(spec.id, error)
      throw error
    }
  }

  /** Closes the tunnel, if it is open, and ends its connections. */
  async close(id: number): Promise<void> {
    this.#failures.delete(id)
    const tunnel = this.#open.get(id)
    if (!tunnel) return
    this.#open.delete(id)
    tunnel.stopWatching()
    const closed = tunnel.mode.close()
    tunnel.connections.close()
    tunnel.allowance.close()
    await closed
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
    const open = this.#open.get(id)
    const refusal = open?.connections.refusal() ?? open?.mode.failure ?? this.#failures.get(id)
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
    const { spec, connections, targets } = tunnel
    const session = () => this.#session(spec.clientId)
    await serveVisit({ tunnelId: id, session, connections, targets, log: this.#options.log }, visit, how)
  }

  /** For direct links of a guest; undefined where the tunnel is not open. */
  linksOfGuest(id: number, guest: Guest): LinkEntrance | undefined {
    const tunnel = this.#open.get(id)
    return tunnel && linkEntrance({ ...tunnel, clientId: tunnel.spec.clientId }, guest)
  }

  isOpen(id: number): boolean {
    return this.#open.has(id)
  }

  /** The port on the server; undefined when the tunnel is not open, or has none. */
  port(id: number): number | undefined {
    return this.#open.get(id)?.mode.port ?? undefined
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
      .filter(({ spec }) => spec.clientId === clientId)
      .map(({ targets }) => targets)
  }

  /** Follows a visitor's route hop by hop. Rejects only when its signal fires: the answer says what failed. */
  probe(id: number, { signal }: { signal: AbortSignal }): Promise<ProbeResult> {
    const tunnel = this.#open.get(id)
    return probe({
      tunnelId: id,
      state: this.status(id),
      session: tunnel && this.#session(tunnel.spec.clientId),
      open: tunnel && wayOf(tunnel, { signal, visitor: 'probe' }),
      signal,
    })
  }

  /** Rejects with `agent-offline`, or as `measureAgent`. */
  async measure(clientId: number, options: { signal: AbortSignal }): Promise<LegMeasurement> {
    const session = this.#session(clientId)
    if (session) return measureAgent(session, options)
    throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
  }

  async #change(open: OpenTunnel, spec: TunnelSpec): Promise<void> {
    const before = open.spec
    const isSamePlace =
      before.clientId === spec.clientId && before.mode === spec.mode && open.mode.port === spec.port
    if (!isSamePlace || !open.mode.update(spec)) await this.#replace(open, spec)
    open.spec = spec
    open.allowance.setLimits(spec.limits ?? {})
    if (before.target !== spec.target) {
      open.targets.replace(parseTargets(spec.target))
      open.connections.endAll()
    }
    if (!isDeepStrictEqual(watchedBy(before), watchedBy(spec))) this.#watch(open)
  }

  /** The new one listens before the old one ends; on the same port that is impossible, so the old one is restored if necessary. */
  async #replace(open: OpenTunnel, spec: TunnelSpec): Promise<void> {
    const { mode: old, connections, targets } = open
    const next = this.#mode(spec, connections, targets)
    if (old.port !== spec.port) {
      await next.listen()
      open.mode = next
      await this.#end(old, connections)
      return
    }
    await this.#end(old, connections)
    try {
      await next.listen()
      open.mode = next
    } catch (error) {
      open.mode = this.#mode(open.spec, connections, targets)
      await open.mode.listen()
      throw error
    }
  }

  async #end(mode: TunnelServer, connections: TunnelConnections): Promise<void> {
    const closed = mode.close()
    connections.endAll()
    await closed
  }

  #watch(open: OpenTunnel): void {
    open.stopWatching()
    const { spec, targets } = open
    const check = spec.settings?.health
    if (!check) return
    open.stopWatching = watchTargets({
      tunnelId: spec.id,
      check,
      proxyProtocol: spec.settings?.proxyProtocol,
      targets,
      session: () => this.#session(spec.clientId),
      log: this.#options.log,
    })
  }

  #mode(spec: TunnelSpec, connections: TunnelConnections, targets: RoundRobinTargets): TunnelServer {
    const { host, privateTunnels, hosts, descriptors, log } = this.#options
    const session = () => this.#session(spec.clientId)
    return createMode(spec, {
      listenHost: host,
      session,
      connections: connections,
      passwords: this.#passwords,
      targets,
      privateTunnels: privateTunnels,
      hosts,
      descriptors,
      log,
    })
  }

  #session(clientId: number): AgentSession | undefined {
    return this.#options.agents.get(clientId)
  }
}

function watchedBy({ settings }: TunnelSpec): unknown {
  return [settings?.health, settings?.proxyProtocol]
}

/** What a visitor reaches. Undefined where the visitor names the target, and for UDP, where a target need not answer. */
function wayOf(
  { spec, targets }: OpenTunnel,
  options: { signal: AbortSignal; visitor: string },
): ((session: AgentSession) => Promise<Duplex>) | undefined {
  if (takesSetting(spec.mode, 'folder')) return (session) => openFiles(session, spec, options)
  const target = tunnelModes[spec.mode].port === 'udp' ? undefined : targets.next()
  return target && ((session) => session.openStream(target, { ...options, confirmed: true }))
}
