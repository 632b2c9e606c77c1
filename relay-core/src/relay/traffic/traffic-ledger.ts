import type { StoredTrafficPoint } from '../store/traffic-store.ts'

/** Of one open tunnel, since it was opened. */
export interface TunnelCounters {
  /** Bytes to visitors. */
  readonly downBytes: number
  /** Bytes to the target. */
  readonly upBytes: number
  /** Connections now. */
  readonly connections: number
}

interface Counters {
  readonly counters: (tunnelId: number) => TunnelCounters
}

interface Bytes {
  readonly downBytes: number
  readonly upBytes: number
}

const none: Bytes = { downBytes: 0, upBytes: 0 }
const minuteMs = 60_000
/** Beyond this, minutes that could not be stored are merged into later ones: totals stay exact, the graph gets coarser. */
const maxPoints = 10_000

/** How much of the open tunnels' counters has not been stored yet, by the minute in which it flowed. */
export class TrafficLedger {
  readonly #tunnels: Counters
  /** By tunnel that was open since the last `stored`. */
  readonly #clientOf = new Map<number, number>()
  /** By open tunnel: the part of its counters that has been added here. */
  readonly #counted = new Map<number, Bytes>()
  /** By tunnel, closed ones too: everything that is not stored. */
  readonly #unsaved = new Map<number, Bytes>()
  /** By tunnel: the part of it that has no minute yet. */
  readonly #fresh = new Map<number, Bytes>()
  /** By minute, oldest first, and tunnel: the other part. */
  readonly #minutes = new Map<number, Map<number, Bytes>>()

  constructor(tunnels: Counters) {
    this.#tunnels = tunnels
  }

  /** The counters of a newly opened tunnel start at 0. */
  opened(id: number, clientId: number): void {
    this.#counted.set(id, none)
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

  /** Bytes that are reported only once their tunnel is closed. */
  late(id: number, clientId: number, direction: 'down' | 'up', bytes: number): void {
    const flowed = { ...none, [direction === 'down' ? 'downBytes' : 'upBytes']: bytes }
    for (const sums of [this.#unsaved, this.#fresh]) sums.set(id, plus(sums.get(id) ?? none, flowed))
    this.#clientOf.set(id, clientId)
  }

  /** What is not stored, including what has flowed until now. After storing it, call `stored`; otherwise it is kept. */
  points(nowMs: number): StoredTrafficPoint[] {
    for (const id of this.#counted.keys()) this.#settle(id)
    if (this.#fresh.size > 0) {
      const atMs = nowMs - (nowMs % minuteMs)
      this.#minutes.set(atMs, sum(this.#minutes.get(atMs), this.#fresh))
      this.#fresh.clear()
      this.#meltOldest()
    }
    return [...this.#minutes].flatMap(([atMs, byTunnel]) =>
      [...byTunnel].map(([tunnelId, bytes]) => ({
        atMs,
        tunnelId,
        clientId: this.#clientOf.get(tunnelId) ?? 0,
        ...bytes,
      })),
    )
  }

  /** What the last `points` returned is on the disk. */
  stored(): void {
    this.#minutes.clear()
    this.#unsaved.clear()
    for (const [id, bytes] of this.#fresh) this.#unsaved.set(id, bytes)
    for (const id of this.#clientOf.keys())
      if (!this.isOpen(id) && !this.#fresh.has(id)) this.#clientOf.delete(id)
  }

  /** What is missing from a stored total. */
  unsaved(id: number): Bytes {
    this.#settle(id)
    return this.#unsaved.get(id) ?? none
  }

  /** What is missing from the stored totals of a client. */
  unsavedOfClient(clientId: number): Bytes {
    let total = none
    for (const [id, owner] of this.#clientOf) if (owner === clientId) total = plus(total, this.unsaved(id))
    return total
  }

  #settle(id: number): void {
    const counted = this.#counted.get(id)
    if (!counted) return
    const { downBytes, upBytes } = this.#tunnels.counters(id)
    if (downBytes === counted.downBytes && upBytes === counted.upBytes) return
    const flowed = { downBytes: downBytes - counted.downBytes, upBytes: upBytes - counted.upBytes }
    for (const sums of [this.#unsaved, this.#fresh]) sums.set(id, plus(sums.get(id) ?? none, flowed))
    this.#counted.set(id, { downBytes, upBytes })
  }

  #meltOldest(): void {
    let count = 0
    for (const byTunnel of this.#minutes.values()) count += byTunnel.size
    while (count > maxPoints && this.#minutes.size > 1) {
      const [[oldestMs, oldest] = [0, new Map<number, Bytes>()], [nextMs, next] = [0, undefined]] =
        this.#minutes
      const melted = sum(next, oldest)
      count += melted.size - oldest.size - (next?.size ?? 0)
      this.#minutes.delete(oldestMs)
      this.#minutes.set(nextMs, melted)
    }
  }
}

function plus(one: Bytes, other: Bytes): Bytes {
  return { downBytes: one.downBytes + other.downBytes, upBytes: one.upBytes + other.upBytes }
}

function sum(
  one: ReadonlyMap<number, Bytes> | undefined,
  other: ReadonlyMap<number, Bytes>,
): Map<number, Bytes> {
  const result = new Map(one)
  for (const [id, bytes] of other) result.set(id, plus(result.get(id) ?? none, bytes))
  return result
}
