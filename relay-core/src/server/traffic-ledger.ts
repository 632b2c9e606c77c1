import type { TrafficDelta } from './store/traffic.ts'
import type { Tunnels } from './tunnels/tunnels.ts'

type Counters = Pick<Tunnels, 'counters'>
interface Bytes {
  downBytes: number
  upBytes: number
}

/** How much of the open tunnels' counters has not been stored yet. */
export class TrafficLedger {
  readonly #tunnels: Counters
  /** By tunnel that was open since the last `take`. */
  readonly #clientOf = new Map<number, number>()
  /** By open tunnel: the part of its counters that `take` or a closing has dealt with. */
  readonly #counted = new Map<number, Bytes>()
  /** By tunnel, closed ones too. */
  readonly #pending = new Map<number, Bytes>()

  constructor(tunnels: Counters) {
    this.#tunnels = tunnels
  }

  /** The counters of a tunnel that opens start at 0. */
  opened(id: number, clientId: number): void {
    this.#counted.set(id, { downBytes: 0, upBytes: 0 })
    this.#clientOf.set(id, clientId)
  }

  isOpen(id: number): boolean {
    return this.#counted.has(id)
  }

  /** To be called right before the tunnel closes and its counters go. */
  closing(id: number): void {
    this.#settle(id)
    this.#counted.delete(id)
  }

  /** What has flowed since the last call; whoever takes it stores it. */
  take(): TrafficDelta[] {
    for (const id of this.#counted.keys()) this.#settle(id)
    const deltas = [...this.#pending].map(([tunnelId, bytes]) => ({
      tunnelId,
      clientId: this.#clientOf.get(tunnelId) ?? 0,
      ...bytes,
    }))
    this.#pending.clear()
    for (const id of this.#clientOf.keys()) if (!this.isOpen(id)) this.#clientOf.delete(id)
    return deltas
  }

  /** What a stored total lacks. */
  unsaved(id: number): Bytes {
    this.#settle(id)
    return this.#pending.get(id) ?? { downBytes: 0, upBytes: 0 }
  }

  /** What the stored totals of a client lack. */
  unsavedOfClient(clientId: number): Bytes {
    const total = { downBytes: 0, upBytes: 0 }
    for (const [id, owner] of this.#clientOf) {
      if (owner !== clientId) continue
      const { downBytes, upBytes } = this.unsaved(id)
      total.downBytes += downBytes
      total.upBytes += upBytes
    }
    return total
  }

  #settle(id: number): void {
    const counted = this.#counted.get(id)
    if (!counted) return
    const { downBytes, upBytes } = this.#tunnels.counters(id)
    if (downBytes === counted.downBytes && upBytes === counted.upBytes) return
    const pending = this.#pending.get(id) ?? { downBytes: 0, upBytes: 0 }
    this.#pending.set(id, {
      downBytes: pending.downBytes + downBytes - counted.downBytes,
      upBytes: pending.upBytes + upBytes - counted.upBytes,
    })
    this.#counted.set(id, { downBytes, upBytes })
  }
}
