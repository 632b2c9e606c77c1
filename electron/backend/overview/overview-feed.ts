import type { PrivateWay } from '@nps-desktop/relay-core/api'
import { hostOf } from '@nps-desktop/relay-core/address'
import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import {
  emptyOverview,
  type Lab,
  type LabState,
  type Overview,
  type Server,
  type Tunnel,
} from '@nps-desktop/electron/contract'
import type { Client } from '@nps-desktop/relay-core/api'
import { isLoopback } from '@nps-desktop/relay-core/visitor'
import type { NetworkWatch } from '@nps-desktop/relay-core/api-client'
import { jumpAddress } from '../ssh/way.ts'
import type { RelayMirror } from '../relays/relay-mirror.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage } from '../storage/records.ts'
import { changeFailure } from '../known-tunnels/tunnel-change.ts'
import type { LocalForwards } from '../forwards/local-forwards.ts'
import type { Evidence, TunnelChecks } from '../checks/tunnel-checks.ts'
import { addressOfTunnel } from '../known-tunnels/tunnel-address.ts'
import {
  type ListedTunnel,
  listOtherTunnels,
  listTunnels,
  isByOwnTunnel,
} from '../known-tunnels/list-tunnels.ts'
import { tunnelStatus } from '../checks/tunnel-status.ts'

type Origin = NonNullable<(Client['agent'] & { state: 'online' })['origin']>

/** Changes that arrive together are shown together. */
const gatherMs = 50

/** Everything on Home, rebuilt after each change. */
export class OverviewFeed {
  readonly feed: Feed<Overview>
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #network: NetworkWatch
  readonly #clock: Clock
  readonly #forwards: Pick<LocalForwards, 'way' | 'onChange'>
  readonly #checks: TunnelChecks
  readonly #subscriptions = new DisposableStack()
  #laptop: { online: boolean; changedAtMs: number }
  #pending: Disposable | null = null
  #shown = ''
  /** By lab: what its npc last said, for a lab box that is away is still the same one. */
  readonly #origins = new Map<string, Origin>()

  constructor(options: {
    storage: Storage
    relays: Relays
    network: NetworkWatch
    forwards: Pick<LocalForwards, 'way' | 'onChange'>
    clock: Clock
    checks: TunnelChecks
  }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#network = options.network
    this.#clock = options.clock
    this.#forwards = options.forwards
    this.#checks = options.checks
    this.#laptop = { online: this.#network.online, changedAtMs: this.#clock.now() }
    const empty = emptyOverview(this.#clock.now())
    this.feed = new Feed<Overview>(empty, {
      onWatchers: (count) => {
        this.#checks.watched = count > 0
      },
    })
  }

  start(): void {
    const later = (): void => this.rebuildSoon()
    this.#subscriptions.use(this.#storage.onChange(later))
    this.#subscriptions.use(this.#relays.onChange(later))
    this.#subscriptions.use(this.#network.onChange(later))
    this.#subscriptions.use(this.#forwards.onChange(later))
    this.#subscriptions.use(this.#checks.onChange(later))
    this.rebuild()
  }

  close(): void {
    this.#subscriptions.dispose()
    this.#pending?.[Symbol.dispose]()
    this.feed.close()
  }

  rebuildSoon(): void {
    this.#pending ??= this.#clock.after(gatherMs, () => this.rebuild())
  }

  rebuild(): void {
    this.#pending?.[Symbol.dispose]()
    this.#pending = null
    const atMs = this.#clock.now()
    if (this.#laptop.online !== this.#network.online) {
      this.#laptop = { online: this.#network.online, changedAtMs: atMs }
    }
    const overview = this.#build(atMs)
    const shown = JSON.stringify({ ...overview, atMs: 0 })
    if (shown === this.#shown) return
    this.#shown = shown
    this.feed.set(overview)
  }

  #build(atMs: number): Overview {
    const servers = this.#storage.servers.list()
    this.#noteOrigins()
    const tunnels = listTunnels(this.#storage, this.#relays)
    return {
      atMs,
      laptopOnline: this.#laptop.online,
      servers: servers.map((server) => this.#server(server)),
      labs: this.#storage.labs.list().map((lab) => this.#lab(lab, tunnels)),
      tunnels: tunnels.map((tunnel) => this.#tunnel(tunnel, atMs)),
      otherTunnels: listOtherTunnels(this.#storage, this.#relays, tunnels),
      setAside: [...this.#storage.setAside.list()],
      trial: servers.some((server) => server.local),
    }
  }

  #server(server: ServerRecord): Server {
    const { id, name, address, plan, local } = server
    const { told: link, mirror } = this.#relays.view(id)
    const relay = server.relay && { ...server.relay, version: mirror.status?.version ?? server.relay.version }
    return {
      id,
      name,
      address,
      hasSecret: this.#storage.secrets.has(`server/${id}/ssh`),
      relay,
      link,
      last: mirror.last,
      ...(plan && { plan }),
      ...unreadOf(mirror.unread),
      local,
    }
  }

  #noteOrigins(): void {
    const labs = this.#storage.labs.list()
    const ids = new Set(labs.map(({ id }) => id))
    for (const id of this.#origins.keys()) if (!ids.has(id)) this.#origins.delete(id)
    for (const { id, serverId, clientId } of labs) {
      const client = this.#relays.view(serverId).mirror.clients?.find((one) => one.id === clientId)
      if (client?.agent.state !== 'online') continue
      if (client.agent.origin) this.#origins.set(id, client.agent.origin)
      else this.#origins.delete(id)
    }
  }

  #lab(lab: LabRecord, tunnels: readonly ListedTunnel[]): Lab {
    const { id, serverId, name, address } = lab
    const through = jumpAddress(this.#storage, lab.jump)
    const account = this.#origins.get(id)?.account
    return {
      id,
      serverId,
      name,
      address,
      jump: through?.host ?? null,
      hasSecret: this.#storage.secrets.has(`lab/${id}/ssh`),
      allowTarget: lab.allowTarget,
      allowTargetInForce:
        lab.installed && !lab.otherListByLine ? lab.allowTargetThere === lab.allowTarget : null,
      startKind: lab.installed?.service ?? this.#origins.get(id)?.start ?? 'unknown',
      ...(account && { account }),
      ...(isByOwnTunnel(lab, tunnels) && { byOwnTunnel: true }),
      state: this.#labState(lab),
    }
  }

  #labState({ serverId, clientId }: LabRecord): LabState {
    if (clientId === null) return { state: 'waiting' }
    const { link, mirror, notOnlineSinceMs } = this.#relays.view(serverId)
    const client = mirror.clients?.find((one) => one.id === clientId)
    const isUnread = mirror.unread.clients.some(({ id }) => id === clientId)
    if (link.state === 'online' && mirror.clients && !client && !isUnread) return { state: 'waiting' }
    if (link.state !== 'online' || !client) {
      return { state: 'unknown', sinceMs: mirror.answeredAtMs ?? notOnlineSinceMs }
    }
    const { agent } = client
    if (agent.state === 'offline') {
      const { sinceMs, why } = agent
      return sinceMs === null ? { state: 'waiting' } : { state: 'offline', sinceMs, ...(why && { why }) }
    }
    const { sinceMs, address, version, lastAbsence } = agent
    const takeover = takeoverOf(agent)
    const more = { ...(takeover && { takeover }), ...(lastAbsence && { lastAbsence }) }
    return { state: 'online', sinceMs, address, version, ...more }
  }

  #tunnel(tunnel: ListedTunnel, nowMs: number): Tunnel {
    const { id, kind, reach, port, direct, relayTunnel, lab, server, view, madeBy } = tunnel
    const { name, target } = relayTunnel
    const user = lab.address?.user ?? (this.#origins.get(lab.id)?.account || null)
    const evidence = this.#checks.evidence(id)
    const secure = evidence.result?.secure === true
    const way = this.#forwards.way(id)
    const live = view.mirror.live.get(relayTunnel.id) ?? relayTunnel
    return {
      id,
      serverId: server.id,
      labId: lab.id,
      kind,
      ...(madeBy !== 'app' && { madeBy }),
      reach,
      name,
      port,
      target,
      // one that answers 403 is not shown
      address: isLocalOnly(evidence) ? '' : addressOfTunnel(tunnel, { user, secure }),
      ...this.#status(tunnel, evidence, nowMs),
      ...(way && { way: inWholeMs(way) }),
      ...(direct !== 'yes' && { direct }),
      connections: live.connections,
      downBytes: live.downBytes,
      upBytes: live.upBytes,
    }
  }

  #status(tunnel: ListedTunnel, evidence: Evidence, nowMs: number): Pick<Tunnel, 'status' | 'stops'> {
    const { port, relayTunnel, client, lab, server, view, change } = tunnel
    return tunnelStatus({
      nowMs,
      server: server.name,
      lab: lab.name,
      port,
      changed: change && changeFailure(change, tunnel),
      enabled: relayTunnel.enabled,
      needsNetwork: !isLoopback(server.relay?.host ?? ''),
      laptopOnline: this.#laptop.online,
      laptopChangedAtMs: this.#laptop.changedAtMs,
      link: view.told,
      notOnlineSinceMs: view.notOnlineSinceMs,
      serverAnsweredAtMs: view.mirror.answeredAtMs,
      listening: relayTunnel.status,
      agent: client?.agent ?? null,
      isDirect: this.#forwards.way(tunnel.id)?.way === 'direct',
      ...evidence,
    })
  }
}

function unreadOf({ clients, tunnels, passes }: RelayMirror['unread']): Pick<Server, 'unread'> {
  const unread = { labs: clients.length, tunnels: tunnels.length, passes: passes.length }
  return Object.values(unread).some((count) => count > 0) ? { unread } : {}
}

/** A finer round trip would be news each second. */
function inWholeMs(way: PrivateWay): PrivateWay {
  return way.way === 'direct' ? { ...way, roundTripMs: Math.max(1, Math.round(way.roundTripMs)) } : way
}

function isLocalOnly({ result }: Evidence): boolean {
  return result?.stops.some(({ failure }) => failure?.code === 'service-local-only') ?? false
}

/** Who took whose place, as `203.0.113.7 (gpu-2)`. */
function takeoverOf(agent: Client['agent'] & { state: 'online' }): { by: string; from: string } | undefined {
  const { address, hostname = '', displaced } = agent
  if (!displaced) return undefined
  const describe = (host: string, name: string) => (name === '' ? host : `${host} (${name})`)
  const host = hostOf(address)
  return { by: describe(host, hostname), from: describe(displaced.address, displaced.hostname) }
}
