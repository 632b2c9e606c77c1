import type { Duplex } from 'node:stream'
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { RelayError } from '../../../api/errors.ts'
import { takesSetting, tunnelModes } from '../../../api/tunnel-modes.ts'
import type { Log } from '../../../log/log.ts'
import { proofLength } from '../../../wire/hello-messages.ts'
import { placeOfProxy } from '../../../session/agent-proxy.ts'
import type { AgentSession } from '../../../session/agent-session.ts'
import type { HostListeners } from '../../hosts/host-listeners.ts'
import { Allowance, type Direction } from '../../limits/allowance.ts'
import type { Descriptors } from '../../limits/descriptors.ts'
import type { Guest } from '../guest.ts'
import { watchTargets } from '../health-checks.ts'
import { openFiles } from '../modes/file-mode.ts'
import { createMode } from '../modes/modes.ts'
import type { TunnelServer, TunnelSpec } from '../modes/tunnel-server.ts'
import type { PasswordCheck } from '../password-check.ts'
import type { PrivateTunnels } from '../private/private-tunnels.ts'
import { RoundRobinTargets } from '../round-robin-targets.ts'
import { parseTargets } from '../targets.ts'
import { connectionShares, TunnelConnections, type AddressRegistrations } from '../tunnel-connections.ts'

/** What all open tunnels of a relay work with. */
export interface TunnelSurroundings {
  readonly listenHost: string | undefined
  readonly sessionOf: (clientId: number) => AgentSession | undefined
  /** Of all tunnels of a client together. */
  readonly clientAllowance: (clientId: number) => Allowance
  readonly passwords: PasswordCheck
  readonly privateTunnels: PrivateTunnels | undefined
  readonly hosts: HostListeners | undefined
  readonly descriptors: Descriptors | undefined
  readonly registrations: AddressRegistrations | undefined
  readonly guestOf: (tunnelId: number, address: string) => Guest | undefined
  readonly onLate: (tunnelId: number, clientId: number, direction: Direction, bytes: number) => void
  readonly log: Log
  readonly now: () => number
}

/** A tunnel that is switched on: its port, its connections, its targets, and what it may use. */
export class OpenTunnel {
  readonly connections: TunnelConnections
  readonly targets: RoundRobinTargets
  readonly #around: TunnelSurroundings
  readonly #allowance: Allowance
  #spec: TunnelSpec
  #mode: TunnelServer
  #stopWatching: () => void = () => undefined

  private constructor(spec: TunnelSpec, around: TunnelSurroundings) {
    const { id, clientId } = spec
    this.#spec = spec
    this.#around = around
    this.targets = new RoundRobinTargets(parseTargets(spec.target))
    // First: one whose limits cannot be read refuses, and nothing has to be closed yet.
    const ofClient = around.clientAllowance(clientId)
    this.#allowance = new Allowance({
      owner: `tunnel "${spec.name ?? id}"`,
      limits: spec.limits ?? {},
      usedBytes: spec.usedBytes ?? 0,
      monthBytes: spec.monthBytes ?? 0,
      maxPerAddress: connectionShares.perTunnelAndAddress,
      now: around.now,
    })
    this.connections = new TunnelConnections({
      tunnelId: id,
      allowances: [this.#allowance, ofClient],
      registrations: around.registrations,
      guestOf: (address) => around.guestOf(id, address),
      now: around.now,
    })
    this.connections.onLate = (direction, bytes) => around.onLate(id, clientId, direction, bytes)
    try {
      this.#mode = this.#create(spec)
    } catch (error) {
      this.#closeUse()
      throw error
    }
  }

  /** Fulfils when it listens. Rejects with `port-taken`, `port-forbidden`, `invalid-input` or `mode-unsupported`. */
  static async open(spec: TunnelSpec, around: TunnelSurroundings): Promise<OpenTunnel> {
    const opened = new OpenTunnel(spec, around)
    try {
      await opened.#mode.listen()
      opened.#watch()
      return opened
    } catch (error) {
      opened.#closeUse()
      throw error
    }
  }

  get clientId(): number {
    return this.#spec.clientId
  }

  /** On the server; null where it has none. */
  get port(): number | null {
    return this.#mode.port
  }

  /** Why nobody is let in now, although it is open. */
  get refusal(): RelayError | undefined {
    return this.connections.refusal() ?? this.#mode.failure
  }

  /** What a visitor reaches; for a private proxy the proxy alone. Undefined where the visitor names the target, and for UDP, where a target need not answer. */
  way(options: {
    signal: AbortSignal
    visitor: string
  }): ((session: AgentSession) => Promise<Duplex>) | undefined {
    const spec = this.#spec
    if (takesSetting(spec.mode, 'folder')) return (session) => openFiles(session, spec, options)
    const { agentProxy } = tunnelModes[spec.mode]
    if (agentProxy) {
      // Nobody proves to know it: this asks whether the lab box would be such a proxy, and uses none.
      const verifier = randomBytes(proofLength)
      return (session) => session.openPrivate({ target: placeOfProxy(agentProxy), verifier, ...options })
    }
    const target = tunnelModes[spec.mode].port === 'udp' ? undefined : this.targets.next()
    return target && ((session) => session.openStream(target, { ...options, confirmed: true }))
  }

  /** A refused change leaves everything as it was. Rejects as `open`. */
  async change(spec: TunnelSpec): Promise<void> {
    const before = this.#spec
    const targets = parseTargets(spec.target)
    const isSamePlace =
      before.clientId === spec.clientId && before.mode === spec.mode && this.#mode.port === spec.port
    if (!isSamePlace || !this.#mode.update(spec)) await this.#replace(spec)
    this.#spec = spec
    this.#allowance.setLimits(spec.limits ?? {})
    if (before.target !== spec.target) {
      this.targets.replace(targets)
      this.connections.endAll()
    }
    if (!isDeepStrictEqual(watchedBy(before), watchedBy(spec))) this.#watch()
  }

  /** Ends its connections too. */
  async close(): Promise<void> {
    this.#stopWatching()
    const closed = this.#mode.close()
    this.#closeUse()
    await closed
  }

  /** The new one listens before the old one ends; on the same port that is impossible, so the old one is restored if necessary. */
  async #replace(spec: TunnelSpec): Promise<void> {
    const old = this.#mode
    const next = this.#create(spec)
    if (old.port !== spec.port) {
      await next.listen()
      this.#mode = next
      await this.#end(old)
      return
    }
    await this.#end(old)
    try {
      await next.listen()
      this.#mode = next
    } catch (error) {
      this.#mode = this.#create(this.#spec)
      await this.#mode.listen()
      throw error
    }
  }

  async #end(mode: TunnelServer): Promise<void> {
    const closed = mode.close()
    this.connections.endAll()
    await closed
  }

  #closeUse(): void {
    this.connections.close()
    this.#allowance.close()
  }

  #create(spec: TunnelSpec): TunnelServer {
    const { listenHost, passwords, privateTunnels, hosts, descriptors, log } = this.#around
    const { connections, targets } = this
    const session = () => this.#around.sessionOf(spec.clientId)
    const shared = { listenHost, passwords, privateTunnels, hosts, descriptors, log }
    return createMode(spec, { ...shared, session, connections, targets })
  }

  #watch(): void {
    this.#stopWatching()
    const { id, clientId, settings } = this.#spec
    if (!settings?.health) return
    this.#stopWatching = watchTargets({
      tunnelId: id,
      check: settings.health,
      proxyProtocol: settings.proxyProtocol,
      targets: this.targets,
      session: () => this.#around.sessionOf(clientId),
      log: this.#around.log,
    })
  }
}

function watchedBy({ settings }: TunnelSpec): unknown {
  return [settings?.health, settings?.proxyProtocol]
}
