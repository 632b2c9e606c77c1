import { changes } from '../../async/signals/changes.ts'
import { every } from '../../async/time/every.ts'
import { Signal } from '../../async/signals/signal.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import type { LiveTraffic, TrafficHistory } from '../../api/traffic-models.ts'
import type { HistoryOf, historyRanges, TrafficStore } from '../store/traffic-store.ts'

const liveMs = 1_000

/** The relay's tunnels, open or not. */
interface MeteredTunnels {
  /** @throws RelayError `tunnel-not-found` */
  readonly get: (tunnelId: number) => RelayTunnel
  readonly list: () => readonly RelayTunnel[]
}

interface Sample {
  atMs: number
  tunnels: ReadonlyMap<number, RelayTunnel>
}

/** Traffic now and in the past. Reads the counters once per second, and only while someone is watching. */
export class TrafficMeter {
  readonly #tunnels: MeteredTunnels
  readonly #store: TrafficStore
  readonly #save: () => unknown
  readonly #now: () => number
  readonly #ticked = new Signal()
  #watchers = 0
  #ticking: Disposable | undefined
  #before: Sample | undefined
  #latest: Sample | undefined

  /** `save` stores what has flowed until now, before history is read. */
  constructor(options: {
    tunnels: MeteredTunnels
    store: TrafficStore
    save: () => unknown
    now: () => number
  }) {
    this.#tunnels = options.tunnels
    this.#store = options.store
    this.#save = options.save
    this.#now = options.now
  }

  /** @throws RelayError `tunnel-not-found` */
  history(range: keyof typeof historyRanges, of: HistoryOf = {}): TrafficHistory {
    if (of.tunnelId !== undefined) this.#tunnels.get(of.tunnelId)
    this.#save()
    return this.#store.history(range, this.#now(), of)
  }

  /** Once per second; after the first value it holds only tunnels that changed or became idle. */
  async *live(signal: AbortSignal | undefined): AsyncGenerator<LiveTraffic> {
    this.#watch()
    const moving = new Set<number>()
    try {
      let isFirst = true
      for await (const _ of changes(this.#ticked, { signal })) {
        const { atMs, tunnels } = this.#rates()
        yield {
          atMs,
          tunnels: tunnels.filter((tunnel) => {
            const moves =
              tunnel.downBytesPerSecond + tunnel.upBytesPerSecond > 0 || this.#connectionsChanged(tunnel)
            const isShown = isFirst || moves || moving.has(tunnel.tunnelId)
            if (moves) moving.add(tunnel.tunnelId)
            else moving.delete(tunnel.tunnelId)
            return isShown
          }),
        }
        isFirst = false
      }
    } finally {
      this.#unwatch()
    }
  }

  #connectionsChanged({ tunnelId, connections }: LiveTraffic['tunnels'][number]): boolean {
    return this.#before?.tunnels.get(tunnelId)?.connections !== connections
  }

  #rates(): LiveTraffic {
    const latest = this.#latest ?? this.#sample()
    const seconds = this.#before ? (latest.atMs - this.#before.atMs) / 1000 : 0
    // a tunnel that did not exist a second ago began at zero
    const rate = (bytes: number, before = 0) =>
      seconds > 0 ? Math.max(0, Math.round((bytes - before) / seconds)) : 0
    return {
      atMs: latest.atMs,
      tunnels: [...latest.tunnels.values()].map(({ id, downBytes, upBytes, connections }) => {
        const before = this.#before?.tunnels.get(id)
        return {
          tunnelId: id,
          downBytesPerSecond: rate(downBytes, before?.downBytes),
          upBytesPerSecond: rate(upBytes, before?.upBytes),
          downBytes,
          upBytes,
          connections,
        }
      }),
    }
  }

  #sample(): Sample {
    return { atMs: this.#now(), tunnels: new Map(this.#tunnels.list().map((tunnel) => [tunnel.id, tunnel])) }
  }

  #watch(): void {
    if (this.#watchers++ > 0) return
    this.#before = undefined
    this.#latest = this.#sample()
    this.#ticking = every(liveMs, () => {
      this.#before = this.#latest
      this.#latest = this.#sample()
      this.#ticked.emit()
    })
  }

  #unwatch(): void {
    if (--this.#watchers > 0) return
    this.#ticking?.[Symbol.dispose]()
    this.#before = undefined
    this.#latest = undefined
  }
}
