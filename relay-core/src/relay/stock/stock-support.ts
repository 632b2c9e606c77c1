import type { Socket } from 'node:net'
import type { StockConfig } from '../../config/relay/stock-config.ts'
import type { Log } from '../../log/log.ts'
import type { AgentWishes } from '../../native/agent-description.ts'
import { maxDocumentBytes } from '../../native/control/document-parts.ts'
import type { StockBridgeOptions } from '../../stock/stock-bridge-options.ts'
import type { Identity } from '../../net/tls/identity.ts'
import type { Agents } from '../clients/agents.ts'
import type { ClientRegistry } from '../clients/client-registry.ts'
import { PushedConfigurations } from './pushed/pushed-configurations.ts'
import { TemporaryClients } from './pushed/temporary-clients.ts'
import { Registrations } from '../clients/registrations.ts'
import { ReportedHealth } from './reported-health.ts'
import { StockClients } from './stock-clients.ts'
import { createLazyStockBridge, type LazyStockBridge } from './lazy-stock-bridge.ts'
import type { ClientStore } from '../store/client-store.ts'
import type { TunnelRegistry } from '../tunnels/registry/tunnel-registry.ts'
import type { OpenTunnels } from '../tunnels/registry/open-tunnels.ts'

export interface StockSupportOptions {
  readonly config: () => StockConfig
  readonly store: ClientStore
  readonly clients: ClientRegistry
  readonly tunnels: TunnelRegistry
  readonly opened: OpenTunnels
  readonly agents: Agents
  readonly identity: Identity
  readonly registrations: Registrations
  readonly onSecretVisitor?: NonNullable<StockBridgeOptions['onSecretVisitor']>
  readonly log: Log
  readonly now: () => number
}

/** What the relay does for programs of stock NPS, and configuration mode, which native agents have too. */
export class StockSupport {
  readonly #bridge: LazyStockBridge
  readonly #temporary: TemporaryClients
  readonly #pushed: PushedConfigurations
  readonly #health: ReportedHealth

  constructor(options: StockSupportOptions) {
    const { config, store, clients, agents, opened, identity, registrations, log, onSecretVisitor } = options
    this.#temporary = new TemporaryClients(options)
    const publicVkey = () => config().publicVkey?.reveal()
    this.#pushed = new PushedConfigurations({ ...options, temporary: this.#temporary, publicVkey })
    this.#health = new ReportedHealth({ agents, targetsOf: (clientId) => opened.targetsOf(clientId), log })
    this.#bridge = createLazyStockBridge({
      clients: new StockClients(() => store.list()),
      agents,
      identity,
      log,
      isOn: () => config().stockProtocol,
      configuration: this.#pushed,
      onHealth: (clientId, report) => this.#health.take(clientId, report),
      onRegister: ({ clientId, address, hours }) => {
        const untilMs = registrations.add(address, hours)
        const until = untilMs === undefined ? 'never: too many addresses' : new Date(untilMs).toISOString()
        const effect = config().ipLimit ? undefined : 'none, since nps.conf has no ip_limit=true'
        log.info('address registered', {
          client: clientId,
          name: clients.record(clientId).name,
          address,
          until,
          effect,
        })
      },
      ...(onSecretVisitor && { onSecretVisitor }),
    })
  }

  /** A connection that begins with `TST`. */
  accept(socket: Socket): void {
    this.#bridge.accept(socket)
  }

  /** For a native agent, which brings its tunnels when it is already online. */
  wishes({
    clientId,
    address,
    onlineSinceMs,
  }: {
    clientId: number
    address: string
    onlineSinceMs: number
  }): AgentWishes {
    return {
      configure: async (document) => {
        // Most relays never meet an agent that brings anything.
        const { takePushedDocument } = await import('../../stock/configuration/pushed-document.ts')
        const receiver = this.#pushed.receiver({ id: clientId }, address, {
          startedAtMs: onlineSinceMs,
          isNative: true,
        })
        return JSON.stringify(await takePushedDocument(document, receiver, { maxBytes: maxDocumentBytes }))
      },
      onHealth: (health) => this.#health.take(clientId, health),
    }
  }

  /** Once a minute. */
  removeLeftClients(): Promise<void> {
    return this.#temporary.removeLeft()
  }

  close(): void {
    this.#bridge.close()
    this.#pushed.close()
    this.#health.close()
  }
}
