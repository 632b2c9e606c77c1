import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import type { LiveTraffic, TrafficHistory } from '@nps-desktop/relay-core/api'
import { AppError } from '../failures/app-error.ts'
import { parseTunnelId, tunnelIdOf } from '../ids.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import { storedLab } from '../storage/stored-machine.ts'
import { addHistories, type HistoryRange } from './add-histories.ts'

/** A lab box may have a thousand tunnels. */
const askedAtOnce = 16

type Rate = Omit<LiveTraffic['tunnels'][number], 'tunnelId'> & { tunnelId: string }

export interface DesktopTraffic {
  readonly atMs: number
  readonly tunnels: Rate[]
}

/** Rates and history of all servers, by the app's tunnel ids. */
export class TrafficCalls {
  readonly feed: Feed<DesktopTraffic>
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #clock: Clock
  readonly #subscriptions = new DisposableStack()

  constructor(options: { storage: Storage; relays: Relays; clock: Clock }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#clock = options.clock
    this.feed = new Feed<DesktopTraffic>({ atMs: this.#clock.now(), tunnels: [] })
  }

  start(): void {
    // all tunnels each time, not only those of this second: a watcher may skip values
    this.#subscriptions.use(
      this.#relays.onTraffic((_serverId, { atMs }) => this.feed.set({ atMs, tunnels: this.#rates() })),
    )
    // of a lost server nothing is known, which is not the same as the last rate going on
    this.#subscriptions.use(
      this.#relays.onChange(() => {
        const tunnels = this.#rates()
        if (tunnels.length < this.feed.value.tunnels.length)
          this.feed.set({ atMs: this.#clock.now(), tunnels })
      }),
    )
  }

  close(): void {
    this.#subscriptions.dispose()
    this.feed.close()
  }

  /** Of one tunnel, of the tunnels that a lab box has now, of one server, or of all tunnels of the servers that are online. */
  async history(
    {
      tunnelId,
      labId,
      serverId,
      range,
    }: {
      tunnelId?: string | undefined
      labId?: string | undefined
      serverId?: string | undefined
      range: HistoryRange
    },
    { signal }: { signal: AbortSignal },
  ): Promise<TrafficHistory> {
    if (tunnelId !== undefined) {
      const ref = parseTunnelId(tunnelId)
      if (!ref) throw new AppError('not-found', 'This tunnel is no longer there.', {})
      return this.#relays
        .api(ref.serverId)
        .traffic.history({ tunnelId: ref.relayTunnelId, range }, { signal })
    }
    if (labId !== undefined) return await this.#ofLab(labId, range, { signal })
    if (serverId !== undefined) return this.#relays.api(serverId).traffic.history({ range }, { signal })
    const servers = this.#storage.servers.list()
    const online = servers.filter((server) => this.#relays.view(server.id).link.state === 'online')
    const [first] = servers
    // no traffic is something else
    if (first && online.length === 0)
      throw new AppError('relay-unreachable', `${first.name} cannot be asked now.`, { server: first.name })
    const histories = await Promise.all(
      online.map((server) => this.#relays.api(server.id).traffic.history({ range }, { signal })),
    )
    return addHistories(histories, range)
  }

  /** A server knows the history of a tunnel, and of all tunnels together: those of a lab box are added up here. */
  async #ofLab(
    labId: string,
    range: HistoryRange,
    options: { signal: AbortSignal },
  ): Promise<TrafficHistory> {
    const lab = storedLab(this.#storage, labId)
    const api = this.#relays.api(lab.serverId)
    const { tunnels } = this.#relays.view(lab.serverId).mirror
    const own = (tunnels ?? []).filter(({ clientId }) => clientId === lab.clientId)
    const histories: TrafficHistory[] = []
    while (histories.length < own.length) {
      const some = own.slice(histories.length, histories.length + askedAtOnce)
      const asked = some.map(({ id }) => api.traffic.history({ tunnelId: id, range }, options))
      histories.push(...(await Promise.all(asked)))
    }
    return addHistories(histories, range)
  }

  #rates(): Rate[] {
    return this.#storage.servers.list().flatMap((server) => {
      const { live } = this.#relays.view(server.id).mirror
      return [...live.values()].map((rate) => ({ ...rate, tunnelId: tunnelIdOf(server.id, rate.tunnelId) }))
    })
  }
}
