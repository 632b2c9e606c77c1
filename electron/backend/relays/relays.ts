import type { LiveTraffic } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import type { RelayClient, RelayConnection } from '@nps-desktop/relay-core/remote'
import { Secret } from '@nps-desktop/relay-core/secret'
import type { Link } from '@nps-desktop/electron/contract'
import { AppError } from '../app-error.ts'
import type { Clock } from '../clock.ts'
import { Listeners } from '../listeners.ts'
import type { ServerRecord, Storage } from '../storage/records.ts'
import type { ConnectRelay, RelayAddress } from './relay-connection.ts'
import { RelayLink } from './relay-link.ts'
import { RelayMirror } from './relay-mirror.ts'

/** The name under which a server's admin key is kept. */
export const adminKeySecret = (serverId: string): string => `server/${serverId}/admin-key`

export interface RelayView {
  readonly link: Link
  /** Null while online, and for a server that is not set up. */
  readonly notOnlineSinceMs: number | null
  readonly mirror: Readonly<RelayMirror>
}

const nothingHeard = new RelayMirror()

interface Entry {
  readonly link: RelayLink
  /** What the link was made for; a change makes a new link. */
  readonly madeFor: string
}

/** The links to all servers that are set up; follows the stored servers. */
export class Relays {
  readonly #storage: Storage
  readonly #connect: ConnectRelay
  readonly #clock: Clock
  readonly #random: () => number
  readonly #log: Log
  readonly #links = new Map<string, Entry>()
  /** What was stored last of each server's tunnels. */
  readonly #remembered = new Map<string, string>()
  readonly #closing = new Set<Promise<void>>()
  readonly #changed = new Listeners<[serverId: string]>()
  readonly #traffic = new Listeners<[serverId: string, live: LiveTraffic]>()
  #leaveStorage: () => void = () => undefined

  constructor(options: {
    storage: Storage
    connect: ConnectRelay
    clock: Clock
    random: () => number
    log: Log
  }) {
    this.#storage = options.storage
    this.#connect = options.connect
    this.#clock = options.clock
    this.#random = options.random
    this.#log = options.log
  }

  start(): void {
    this.#leaveStorage = this.#storage.onChange(() => this.#follow())
    this.#follow()
  }

  /** Calls back when something a server told, or the link to it, has changed. */
  onChange(listener: (serverId: string) => void): () => void {
    return this.#changed.add(listener)
  }

  /** Once a second for each server that is online. */
  onTraffic(listener: (serverId: string, live: LiveTraffic) => void): () => void {
    return this.#traffic.add(listener)
  }

  view(serverId: string): RelayView {
    const link = this.#links.get(serverId)?.link
    if (!link) return { link: { state: 'not-set-up' }, notOnlineSinceMs: null, mirror: nothingHeard }
    return { link: link.state, notOnlineSinceMs: link.notOnlineSinceMs, mirror: link.mirror }
  }

  /** Throws the link's own failure when it is not online. */
  api(serverId: string): RelayClient {
    const link = this.#links.get(serverId)?.link
    if (link?.api) return link.api
    const name = this.#storage.servers.get(serverId)?.name ?? serverId
    const state = link?.state
    if (state?.state === 'waiting' || state?.state === 'failed') {
      throw AppError.of(state.failure)
    }
    throw new AppError(
      'relay-unreachable',
      link ? `The app is still connecting to ${name}. Try again in a moment.` : `${name} is not set up yet.`,
      { server: name },
      { fixes: [{ action: 'retry' }] },
    )
  }

  /** A connection of the caller's own, such as for the last steps of setting a server up; the caller closes it. */
  async connect(server: ServerRecord, { signal }: { signal: AbortSignal }): Promise<RelayConnection> {
    return this.#connect({ ...(await this.#address(server)), signal })
  }

  retryNow(serverId?: string): void {
    for (const [id, { link }] of this.#links) if (serverId === undefined || id === serverId) link.retryNow()
  }

  async close(): Promise<void> {
    this.#leaveStorage()
    for (const serverId of this.#links.keys()) this.#drop(serverId)
    await Promise.all(this.#closing)
  }

  #follow(): void {
    const servers = this.#storage.servers.list()
    for (const server of servers) {
      const madeFor = JSON.stringify([
        server.relay?.host,
        server.relay?.bridgePort,
        server.relay?.fingerprint,
      ])
      const entry = this.#links.get(server.id)
      if (entry && (!server.relay || entry.madeFor !== madeFor)) this.#drop(server.id)
      if (server.relay && !this.#links.has(server.id)) this.#add(server, madeFor)
    }
    const wanted = new Set(servers.map((server) => server.id))
    for (const serverId of this.#links.keys()) {
      if (wanted.has(serverId)) continue
      this.#drop(serverId)
      this.#storage.whenPossible(`last-tunnels/${serverId}`, () => this.#storage.lastTunnels.delete(serverId))
    }
  }

  #add(server: ServerRecord, madeFor: string): void {
    const link = new RelayLink({
      name: server.name,
      address: () => this.#address(this.#storage.servers.get(server.id) ?? server),
      connect: this.#connect,
      clock: this.#clock,
      random: this.#random,
      log: this.#log,
      changed: () => {
        this.#remember(server.id, link.mirror)
        this.#changed.call(server.id)
      },
      traffic: (live) => this.#traffic.call(server.id, live),
    })
    link.mirror.tunnels = this.#storage.lastTunnels.get(server.id)
    this.#links.set(server.id, { link, madeFor })
    link.start()
  }

  /** Only when a tunnel came, went or was changed: states and counters are worth nothing later. */
  #remember(serverId: string, { tunnels }: RelayMirror): void {
    if (!tunnels) return
    const lasting = tunnels.map(({ id, clientId, name, port, target, enabled }) => [
      id,
      clientId,
      name,
      port,
      target,
      enabled,
    ])
    const text = JSON.stringify(lasting)
    if (this.#remembered.get(serverId) === text) return
    this.#remembered.set(serverId, text)
    this.#storage.whenPossible(`last-tunnels/${serverId}`, () =>
      this.#storage.lastTunnels.put(serverId, tunnels),
    )
  }

  #drop(serverId: string): void {
    const entry = this.#links.get(serverId)
    if (!entry) return
    this.#links.delete(serverId)
    this.#remembered.delete(serverId)
    const closing = entry.link.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  async #address(server: ServerRecord): Promise<RelayAddress> {
    const adminKey = await this.#storage.secrets.get(adminKeySecret(server.id))
    if (!server.relay || adminKey === null) {
      throw new AppError('secret-missing', `The key to ${server.name} is not saved on this computer.`, {
        name: server.name,
      })
    }
    const { host, bridgePort, fingerprint } = server.relay
    return { host, port: bridgePort, adminKey: new Secret(adminKey), fingerprint }
  }
}
