import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../async/time/clock.ts'
import type { RelayStatus } from '../api/models.ts'
import { commandLine } from '../api/shell-words.ts'
import { settings, type SettingKey } from '../api/settings.ts'
import { changedSettings, type RelayConfig } from '../config/relay/relay-config.ts'
import { LogTail } from '../log/log-tail.ts'
import { createLog, type Log } from '../log/log.ts'
import type { Secret } from '../secret.ts'
import { relayVersion } from '../version.ts'
import { loadOrCreateAdminKey } from '../api-client/admin-key.ts'
import { Agents } from './clients/agents.ts'
import { createApiSurface } from './api/api-surface.ts'
import { Books, keepBooks } from './book-keeping.ts'
import { Signal } from '../async/signals/signal.ts'
import { BridgeHttp } from './bridge/bridge-http.ts'
import { Bridge } from './bridge/bridge.ts'
import { ClientRegistry } from './clients/client-registry.ts'
import { ConfigFile } from './settings/config-file.ts'
import { noAssets } from './console/console-assets.ts'
import { ConsoleListener } from './console/console-listener.ts'
import { openControlSocket } from './control/control-socket.ts'
import { Descriptors } from './limits/descriptors.ts'
import { HostListeners } from './hosts/host-listeners.ts'
import { loadOrCreateIdentity, type Identity } from '../net/tls/identity.ts'
import { hostOf } from '../net/address/plain-address.ts'
import { Invites } from './clients/invites.ts'
import { Programs } from './clients/programs.ts'
import type { RelayOptions } from './relay-options.ts'
import { Registrations } from './clients/registrations.ts'
import { SeenAgents } from './clients/seen-agents.ts'
import { importAtFirstStart, importIntoRunning } from './stock/stock-data/import-on-demand.ts'
import { StockSupport } from './stock/stock-support.ts'
import { openStore } from './store/store.ts'
import { whileLocked } from './store/while-locked.ts'
import { TrafficMeter } from './traffic/traffic-meter.ts'
import { TunnelRegistry } from './tunnels/registry/tunnel-registry.ts'
import { TunnelRules } from './tunnels/registry/tunnel-rules.ts'
import { OpenTunnels } from './tunnels/registry/open-tunnels.ts'
import { stockVisitor } from './tunnels/private/admitted-visitor.ts'
import { visitCommand } from './tunnels/private/visit-command.ts'
import { PrivateTunnels } from './tunnels/private/private-tunnels.ts'

/** A whole relay: state, bridge, tunnels, API and console. Made of parts here, and nowhere else. */
export class Relay {
  readonly #options: RelayOptions
  readonly #now: () => number
  readonly #logTail = new LogTail()
  readonly #statusChanged = new Signal()
  readonly #closers: (() => unknown)[] = []
  readonly #log: Log
  /** What the relay was started with: what a changed setting that waits for a restart is compared to. */
  readonly #started: RelayConfig
  #config: RelayConfig
  #running: Running | undefined
  #closing: Promise<void> | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#started = this.#adjusted(options.config)
    this.#config = this.#started
    this.#log = createLog({
      level: () => this.#config.logLevel,
      write: (line) => {
        this.#logTail.push(line)
        options.writeLog(line)
      },
    })
    this.#now = options.now ?? systemClock.now
  }

  /** Fulfils when agents and visitors can come. What a failed start has opened is closed again. */
  async start(): Promise<{
    bridgePort: number
    webPort: number | null
    fingerprint: string
    adminKey: Secret
  }> {
    try {
      this.#running = await this.#open()
    } catch (error) {
      await this.close()
      throw error
    }
    const { bridgePort, identity, adminKey, consoleListener } = this.#running
    return { bridgePort, webPort: consoleListener.port, fingerprint: identity.fingerprint, adminKey }
  }

  /** Puts new settings to work; answers the keys that wait for a restart, see api/settings.ts. */
  async applyConfig(read: RelayConfig): Promise<{ waiting: SettingKey[] }> {
    const config = this.#adjusted(read)
    const changed = changedSettings(this.#config, config)
    this.#config = config
    await this.#running?.consoleListener.follow(config)
    await this.#running?.hosts.follow()
    await this.#running?.tunnels.retryFailed()
    this.#statusChanged.emit()
    this.#log.info('settings applied', { changed: changed.join(' ') || 'none' })
    const waiting = changedSettings(this.#started, config).filter((key) => settings[key].effect === 'restart')
    if (waiting.length > 0) this.#log.warn('settings wait for a restart', { keys: waiting.join(' ') })
    return { waiting }
  }

  #adjusted(config: RelayConfig): RelayConfig {
    return this.#options.adjustConfig?.(config) ?? config
  }

  /** Idempotent; what has been acknowledged is on the disk before it starts. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #open(): Promise<Running> {
    const { folder, configPath } = this.#options
    const now = this.#now
    const log = this.#log
    const startedAtMs = now()
    const configFile =
      configPath === undefined ? undefined : new ConfigFile(configPath, (c) => this.applyConfig(c))
    const descriptors = new Descriptors()
    const control = this.#options.controlSocket
      ? await openControlSocket(folder, configFile, descriptors)
      : undefined
    this.#closers.push(() => control?.close())
    const isFirstStart = !existsSync(join(folder, 'relay.db'))
    const store = await whileLocked(() => openStore(folder, startedAtMs))
    this.#closers.push(() => store.close())
    if (isFirstStart && configPath !== undefined) {
      await importAtFirstStart(dirname(configPath), { store, log, now })
    }
    const identity = await loadOrCreateIdentity(folder)
    const adminKey = await loadOrCreateAdminKey(folder)

    const agents = new Agents({ now })
    const seenAgents = new SeenAgents(now)
    agents.onChange((id) => {
      const session = agents.get(id)
      if (session) seenAgents.add(hostOf(session.address))
    })
    const { tunnelHost } = this.#options
    const registrations = new Registrations({ isOn: () => this.#config.ipLimit, now })
    const privateTunnels = new PrivateTunnels()
    const hosts = new HostListeners({
      config: () => this.#config.hosts,
      folder: configPath === undefined ? folder : join(dirname(configPath), '..'),
      descriptors,
      log,
    })
    this.#closers.push(() => hosts.close())
    const opened = new OpenTunnels({
      agents,
      privateTunnels: privateTunnels,
      hosts,
      descriptors,
      log,
      ...(tunnelHost !== undefined && { host: tunnelHost }),
      refusalOf: (address) => registrations.refusalOf(address),
      clientUse: (id) => {
        const { name, limits, downBytes, upBytes } = clients.record(id)
        return { name, limits, usedBytes: downBytes + upBytes }
      },
    })
    const tunnels = new TunnelRegistry({
      store: store.tunnels,
      tunnels: opened,
      rules: new TunnelRules({
        store: store.tunnels,
        host: tunnelHost,
        allowPorts: () => this.#config.allowPorts,
        maxTunnelsOf: (id) => clients.record(id).limits.maxTunnels,
        pushHostsOf: (id) => clients.record(id).settings.pushHosts,
        ownPorts: () => [
          bridgePort,
          this.#config.webPort,
          this.#config.hosts.httpPort,
          this.#config.hosts.httpsPort,
        ],
      }),
      log,
      now,
    })
    const clients: ClientRegistry = new ClientRegistry({
      clients: store.clients,
      tunnels: store.tunnels,
      agents,
      use: {
        connections: (id) => opened.clientAllowances.connections(id),
        unsaved: (id) => tunnels.unsavedOfClient(id),
        setLimits: (id, limits) => opened.clientAllowances.setLimits(id, limits),
        remove: (id) => opened.clientAllowances.remove(id),
      },
      log,
      now,
    })
    const books = new Books({ tunnels, clients, store, log, now })
    const traffic = new TrafficMeter({ tunnels, store: store.traffic, save: () => books.save(), now })
    const savingSoon = agents.onChange(() => books.saveSoon())
    this.#closers.push(
      () => clients.close(),
      () => opened.closeAll(),
      () => books.close(),
      () => savingSoon[Symbol.dispose](),
    )

    let bridgePort = this.#config.bridgePort
    const programs = new Programs(this.#options.programsFolder ?? join(folder, '..', 'programs'))
    const invites = new Invites({
      store: store.invites,
      clients: store.clients,
      agents,
      programs,
      curlPin: identity.curlPin,
      bridgePort: () => bridgePort,
      log,
      now,
    })
    this.#closers.push(() => invites.close())
    const api = createApiSurface({
      clients,
      tunnels,
      traffic,
      invites,
      configFile,
      logTail: this.#logTail,
      log,
      status: () => this.#status(startedAtMs, clients),
      statusChanged: this.#statusChanged,
      command: (vkey, host) => ({
        command: commandLine(
          'npc',
          `-server=${invites.bridgeAddress(host)}`,
          `-vkey=${vkey}`,
          '-type=tcp',
          `-fingerprint=${identity.fingerprint}`,
        ),
        vkey,
        fingerprint: identity.fingerprint,
      }),
      visitCommand: (tunnel, host) =>
        visitCommand(tunnel, {
          server: invites.bridgeAddress(host),
          fingerprint: identity.fingerprint,
          agent: agents.state(tunnel.clientId),
        }),
      restart: this.#options.restart,
    })
    this.#closers.push(() => api.close())
    const bridgeHttp = new BridgeHttp({
      adminKey,
      api,
      invites,
      programs,
      identity,
      log,
      now,
    })
    const stock = new StockSupport({
      config: () => this.#config,
      store: store.clients,
      clients,
      tunnels,
      opened,
      agents,
      identity,
      registrations,
      log,
      onSecretVisitor: ({ passwordMd5, socket, address, port }) => {
        const tunnel = privateTunnels.findByMd5(passwordMd5)
        if (tunnel) void tunnel.serve(stockVisitor(socket, { address, port }))
        else {
          log.warn('visitor refused', { address, code: 'wrong-password', protocol: 'stock' })
          socket.destroy()
        }
      },
      now,
    })
    const bridge = new Bridge({
      host: this.#config.bridgeIp,
      port: this.#config.bridgePort,
      identity,
      clients,
      agents,
      privateTunnels: privateTunnels,
      onHttp: (socket, proved) => bridgeHttp.enter(socket, proved),
      seenAgents,
      descriptors,
      onStock: (socket) => stock.accept(socket),
      wishes: (session) => stock.wishes(session),
      log,
    })
    this.#closers.push(
      () => stock.close(),
      () => bridge.close(),
      () => agents.closeAll(),
    )
    ;({ port: bridgePort } = await bridge.listen())
    log.info('bridge listening', {
      address: this.#config.bridgeIp,
      port: bridgePort,
      fingerprint: identity.fingerprint,
    })
    await hosts.follow()
    await tunnels.openAll()

    const consoleListener = new ConsoleListener({
      config: () => this.#config,
      api,
      assets: this.#options.consoleAssets ?? noAssets,
      runPath: configPath === undefined ? folder : dirname(dirname(configPath)),
      descriptors,
      log,
      now,
    })
    this.#closers.push(() => consoleListener.close())
    await consoleListener.follow(this.#config)
    control?.serve(api, (stockFolder, from) =>
      whileLocked(() => importIntoRunning(stockFolder, { store, clients, tunnels, now, from })),
    )
    this.#closers.push(keepBooks({ books, tunnels, hosts, invites, stock, log }))
    log.info('nps runs', { version: relayVersion, state: folder })
    return { bridgePort, identity, adminKey, consoleListener: consoleListener, hosts, tunnels }
  }

  #status(startedAtMs: number, clients: ClientRegistry): RelayStatus {
    const all = clients.list()
    const running = this.#running
    return {
      version: relayVersion,
      startedAtMs,
      hostname: hostname(),
      platform: `${process.platform} ${process.arch}`,
      bridgePort: running?.bridgePort ?? this.#config.bridgePort,
      webPort: running?.consoleListener.port ?? null,
      httpPort: running?.hosts.port('http') ?? null,
      httpsPort: running?.hosts.port('https') ?? null,
      allowPorts: String(this.#config.allowPorts),
      fingerprint: running?.identity.fingerprint ?? '',
      stockProtocol: this.#config.stockProtocol,
      clientsOnline: all.filter(({ agent }) => agent.state === 'online').length,
      clientsTotal: all.length,
      residentBytes: process.memoryUsage.rss(),
      service: this.#options.service ?? 'none',
    }
  }

  async #close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close()
    if (this.#running) this.#log.info('nps has stopped')
  }
}

interface Running {
  readonly bridgePort: number
  readonly identity: Identity
  readonly adminKey: Secret
  readonly consoleListener: ConsoleListener
  readonly hosts: HostListeners
  readonly tunnels: TunnelRegistry
}
