import { type Clock, Signal } from '@nps-desktop/relay-core/async'
import type { LiveTraffic } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import type { RelayClient, RelayConnection } from '@nps-desktop/relay-core/api-client'
import { Secret } from '@nps-desktop/relay-core/secret'
import { AppError } from '../failures/app-error.ts'
import { machinesPage } from '../firewall/providers.ts'
import type { ServerRecord, Storage } from '../storage/records.ts'
import type { ConnectRelay, RelayAccess } from './relay-access.ts'
import type { diagnose } from './diagnose.ts'
import { LastHeard } from './last-heard.ts'
import { nextOutage, type Outage, tellLink } from './outage.ts'
import { ServerLink } from './server-link.ts'
import { RelayMirror } from './relay-mirror.ts'
import { type RelayView, untilRelay } from './relay-view.ts'

/** The name under which a server's admin key is kept. */
export const adminKeySecret = (serverId: string): string => `server/${serverId}/admin-key`

const diagnosisIntervalMs = 15_000

const nothingHeard = new RelayMirror()

interface LinkEntry {
  readonly link: ServerLink
  /** What the link was made for; a change makes a new link. */
  readonly madeFor: string
  outage: Outage | null
  diagnosedAtMs: number
}

/** The links to all servers that are set up; follows the stored servers. */
export class Relays {
  readonly #storage: Storage
  readonly #connect: ConnectRelay
  readonly #clock: Clock
  readonly #random: () => number
  readonly #log: Log
  readonly #diagnoseServer: typeof diagnose
  readonly #stop = new AbortController()
  readonly #links = new Map<string, LinkEntry>()
  readonly #lastHeard: LastHeard
  readonly #closing = new Set<Promise<void>>()
  readonly #changed = new Signal<[serverId: string]>()
  readonly #traffic = new Signal<[serverId: string, live: LiveTraffic]>()
  readonly #subscriptions = new DisposableStack()

  constructor(options: {
    storage: Storage
    connect: ConnectRelay
    clock: Clock
    random: () => number
    log: Log
    diagnose: typeof diagnose
  }) {
    this.#storage = options.storage
    this.#lastHeard = new LastHeard(options.storage)
    this.#connect = options.connect
    this.#clock = options.clock
    this.#random = options.random
    this.#log = options.log
    this.#diagnoseServer = options.diagnose
  }

  start(): void {
    this.#subscriptions.use(this.#storage.onChange(() => this.#follow()))
    this.#follow()
  }

  /** Calls back when something a server told, or the link to it, has changed. */
  onChange(listener: (serverId: string) => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  /** Once a second for each server that is online. */
  onTraffic(listener: (serverId: string, live: LiveTraffic) => void): Disposable {
    return this.#traffic.subscribe(listener)
  }

  view(serverId: string): RelayView {
    const entry = this.#links.get(serverId)
    if (!entry) {
      const link = { state: 'not-set-up' } as const
      return { link, told: link, notOnlineSinceMs: null, mirror: nothingHeard }
    }
    const { link, outage } = entry
    const { state, notOnlineSinceMs, mirror } = link
    return { link: state, told: tellLink(state, outage, this.#clock.now()), notOnlineSinceMs, mirror }
  }

  /** For what goes on by itself: throws the link's own failure when it is not online at this moment. */
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

  /** For what a person asked for: a link that is not online tries now, whatever its last try ended with. Rejects with the link's own failure. */
  async reach(serverId: string, { signal }: { signal: AbortSignal }): Promise<RelayClient> {
    const link = this.#links.get(serverId)?.link
    if (link && !link.api) {
      link.retryNow()
      await this.#untilTried(serverId, { signal })
    }
    return this.api(serverId)
  }

  /**
   * For the start of long work: the relay has answered just now. After a short cut a link can look online for seconds
   * in which nothing passes (TCP waits longer after each loss), only to end in the middle of the work.
   */
  async prove(serverId: string, { signal }: { signal: AbortSignal }): Promise<void> {
    const link = this.#links.get(serverId)?.link
    const before = link?.api
    if (link && before && !(await link.answers())) {
      await untilRelay(this, serverId, () => link.api !== before, { signal })
    }
    await this.reach(serverId, { signal })
  }

  /** A connection of the caller's own, such as for the last steps of setting a server up; the caller closes it. */
  async connect(server: ServerRecord, { signal }: { signal: AbortSignal }): Promise<RelayConnection> {
    return this.#connect({ ...(await this.#address(server)), signal })
  }

  retryNow(serverId?: string): void {
    for (const [id, { link }] of this.#links) if (serverId === undefined || id === serverId) link.retryNow()
  }

  /** Tries now and diagnoses the server again; fulfils when the attempt has ended. */
  async tryNow(serverId: string, { signal }: { signal: AbortSignal }): Promise<void> {
    const entry = this.#links.get(serverId)
    if (!entry) return
    entry.diagnosedAtMs = Number.NEGATIVE_INFINITY
    entry.link.retryNow()
    await this.#untilTried(serverId, { signal })
  }

  /** After `retryNow`. The try begins a moment later; what stands there until then is the end of the one before. */
  async #untilTried(serverId: string, { signal }: { signal: AbortSignal }): Promise<void> {
    const rests = ({ link }: RelayView): boolean => link.state === 'waiting' || link.state === 'failed'
    await untilRelay(this, serverId, (view) => !rests(view), { signal })
    await untilRelay(this, serverId, ({ link }) => link.state !== 'connecting', { signal })
  }

  async close(): Promise<void> {
    this.#subscriptions.dispose()
    this.#stop.abort()
    for (const [serverId, { link }] of this.#links) {
      this.#lastHeard.keepStatus(serverId, link.mirror)
      this.#drop(serverId)
    }
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
      this.#lastHeard.delete(serverId)
    }
  }

  #add(server: ServerRecord, madeFor: string): void {
    const link = new ServerLink({
      name: server.name,
      address: () => this.#address(this.#storage.servers.get(server.id) ?? server),
      connect: this.#connect,
      clock: this.#clock,
      random: this.#random,
      log: this.#log,
      changed: () => {
        entry.outage = nextOutage(entry.outage, link.state, this.#clock.now())
        this.#diagnose(server.id, entry)
        this.#lastHeard.keepTunnels(server.id, link.mirror)
        if (link.state.state !== 'online') this.#lastHeard.keepStatus(server.id, link.mirror)
        this.#changed.emit(server.id)
      },
      traffic: (live) => this.#traffic.emit(server.id, live),
    })
    this.#lastHeard.restore(server.id, link.mirror)
    const outage = nextOutage(null, link.state, this.#clock.now())
    const entry: LinkEntry = { link, madeFor, outage, diagnosedAtMs: Number.NEGATIVE_INFINITY }
    this.#links.set(server.id, entry)
    link.start()
  }

  /** Looks at the server itself, now and again while its link fails without a reason of its own. */
  #diagnose(serverId: string, entry: LinkEntry): void {
    const { state } = entry.link
    const server = this.#storage.servers.get(serverId)
    const now = this.#clock.now()
    if (state.state !== 'waiting' || !server?.relay || now - entry.diagnosedAtMs < diagnosisIntervalMs) return
    if (state.failure.code !== 'relay-unreachable') {
      if (entry.outage) entry.outage = { ...entry.outage, diagnosis: null }
      return
    }
    entry.diagnosedAtMs = now
    const { host, bridgePort } = server.relay
    const target = {
      name: server.name,
      host,
      bridgePort,
      sshPort: server.address?.port ?? null,
      machines: machinesPage(server.ports?.provider ?? null),
    }
    const sinceMs = entry.outage?.sinceMs
    this.#diagnoseServer(target, { signal: this.#stop.signal }).then(
      (diagnosis) => {
        // Meanwhile that outage may be over, and another one begun.
        if (!entry.outage || entry.outage.sinceMs !== sinceMs) return
        entry.outage = { ...entry.outage, diagnosis }
        this.#changed.emit(serverId)
      },
      (error: unknown) => this.#log.debug('a server was not looked at', { server: server.name, error }),
    )
  }

  #drop(serverId: string): void {
    const entry = this.#links.get(serverId)
    if (!entry) return
    this.#links.delete(serverId)
    this.#lastHeard.forget(serverId)
    const closing = entry.link.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  async #address(server: ServerRecord): Promise<RelayAccess> {
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
