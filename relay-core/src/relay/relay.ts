import { dirname, join } from 'node:path'
import type { SettingKey } from '../api/conf/settings.ts'
import { Signal } from '../async/signals/signal.ts'
import { type Clock, systemClock } from '../async/time/clock.ts'
import type { RelayConfig } from '../config/relay/relay-config.ts'
import { LogTail } from '../log/log-tail.ts'
import { createLog, type Log } from '../log/log.ts'
import type { Secret } from '../secret.ts'
import { relayVersion } from '../version.ts'
import { keepBooks } from './book-keeping.ts'
import { ConsolePasses } from './api/console-passes.ts'
import { noAssets } from './console/console-assets.ts'
import { openControlSocket } from './control/control-socket.ts'
import { Descriptors } from './limits/descriptors.ts'
import { openAgents } from './open-agents.ts'
import { openApi } from './open-api.ts'
import { openBooks } from './open-books.ts'
import { openBridge } from './open-bridge.ts'
import { openClients } from './open-clients.ts'
import { openRendezvous } from './open-rendezvous.ts'
import { openGuestPasses } from './open-guest-passes.ts'
import { openConfiguredPorts } from './open-configured-ports.ts'
import { openState } from './open-state.ts'
import { openTunnelRegistry } from './open-tunnel-registry.ts'
import { openWebhook } from './open-webhook.ts'
import type { OwnPorts } from './own-ports.ts'
import type { RelayOptions } from './relay-options.ts'
import { relayStatus } from './relay-status.ts'
import { ConfigFile } from './settings/config-file.ts'
import { LiveSettings } from './settings/live-settings.ts'
import { importIntoRunning } from './stock/stock-data/import-on-demand.ts'
import { whileLocked } from './store/while-locked.ts'

/** What is needed to reach a running relay. */
export interface StartedRelay {
  readonly bridgePort: number
  /** Null where the console does not listen. */
  readonly webPort: number | null
  readonly fingerprint: string
  readonly adminKey: Secret
}

/** A whole relay: state, bridge, tunnels, API and console. Assembled here and nowhere else. */
export class Relay {
  readonly #options: RelayOptions
  readonly #settings: LiveSettings
  readonly #logTail = new LogTail()
  readonly #log: Log
  readonly #clock: Clock
  readonly #statusChanged = new Signal()
  /** Each part stands on those before it, and is closed before them. */
  readonly #parts = new AsyncDisposableStack()
  /** Puts changed settings to work; undefined while the relay does not run. */
  #follow: (() => Promise<void>) | undefined
  #closing: Promise<void> | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#settings = new LiveSettings(options.config, options.adjustConfig)
    this.#log = createLog({
      level: () => this.#settings.current.logLevel,
      write: (line) => {
        this.#logTail.push(line)
        options.writeLog(line)
      },
    })
    this.#clock = { ...systemClock, ...(options.now && { now: options.now }) }
  }

  /** Fulfils when agents and visitors can come. What a failed start has opened is closed again. */
  async start(): Promise<StartedRelay> {
    try {
      return await this.#open()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Applies new settings; returns the keys that wait for a restart, see api/conf/settings.ts. */
  async applyConfig(read: RelayConfig): Promise<{ waiting: SettingKey[] }> {
    const { changed, waiting } = this.#settings.replace(read)
    await this.#follow?.()
    this.#statusChanged.emit()
    this.#log.info('settings applied', { changed: changed.join(' ') || 'none' })
    if (waiting.length > 0) this.#log.warn('settings wait for a restart', { keys: waiting.join(' ') })
    return { waiting }
  }

  /** Idempotent; what has been acknowledged is on the disk before it starts. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(): Promise<StartedRelay> {
    const { folder, configPath, tunnelHost, service, restart } = this.#options
    const { consoleAssets: assets = noAssets, programsFolder = join(folder, '..', 'programs') } =
      this.#options
    const runPath = configPath === undefined ? folder : join(dirname(configPath), '..')
    const { now } = this.#clock
    const startedAtMs = now()
    const config = () => this.#settings.current
    const ownPorts: OwnPorts = { bridge: config().bridgePort, console: null }
    const shared = { config, ownPorts, descriptors: new Descriptors(), log: this.#log, now }

    const parts = this.#parts
    const configFile = configPath ? new ConfigFile(configPath, (read) => this.applyConfig(read)) : undefined
    const control = this.#options.controlSocket
      ? parts.adopt(await openControlSocket(folder, configFile, shared.descriptors), (part) => part.close())
      : undefined
    const state = parts.use(await openState({ ...shared, folder, configPath, startedAtMs }))
    const online = parts.use(openAgents(shared))
    const guests = parts.use(openGuestPasses({ ...shared, state }))
    const tunnels = parts.use(openTunnelRegistry({ ...shared, state, online, guests, runPath, tunnelHost }))
    const clients = parts.use(openClients({ ...shared, state, online, tunnels, programsFolder }))
    const books = parts.use(openBooks({ ...shared, state, online, tunnels, clients, guests }))
    const webhook = parts.use(
      openWebhook({ ...shared, state, online, clients, tunnels, guests, clock: this.#clock }),
    )
    const status = () => relayStatus({ ...shared, state, startedAtMs, tunnels, clients, service })
    const [logTail, statusChanged] = [this.#logTail, this.#statusChanged]
    const consolePasses = new ConsolePasses(now)
    const calls = { configFile, consolePasses, logTail, status, statusChanged, restart, webhook }
    const opened = { ...shared, state, online, tunnels, clients, guests }
    const rendezvous = parts.use(openRendezvous(shared))
    const { directLinks, seenKey } = rendezvous
    const { api } = parts.use(openApi({ ...opened, ...calls, books, seenKey }))
    const bridge = parts.use(await openBridge({ ...opened, api, directLinks }))
    const ports = parts.use(
      await openConfiguredPorts({ ...shared, tunnels, api, assets, runPath, consolePasses }),
    )
    await rendezvous.listen()
    control?.serve(api, (stockFolder, from) =>
      whileLocked(() =>
        importIntoRunning(stockFolder, { ...state, ...clients, ...tunnels, ...shared, from }),
      ),
    )
    parts.defer(keepBooks({ ...shared, ...books, ...tunnels, ...clients, ...guests, ...bridge }))
    this.#follow = () => ports.follow()
    parts.defer(() => (this.#follow = undefined))
    this.#log.info('nps runs', { version: relayVersion, state: folder })
    const { fingerprint } = state.identity
    return { bridgePort: ownPorts.bridge, webPort: ownPorts.console, fingerprint, adminKey: state.adminKey }
  }

  async #close(): Promise<void> {
    const isRunning = this.#follow !== undefined
    await this.#parts.disposeAsync()
    if (isRunning) this.#log.info('nps has stopped')
  }
}
