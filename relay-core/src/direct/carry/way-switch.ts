import { randomInt } from 'node:crypto'
import type { Clock } from '../../async/time/clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { Alarm } from '../packets/alarm.ts'

/** A way is silent when something has waited for an answer on it for this long, or for four round trips. */
const silenceMs = 600
const silenceRoundTrips = 4

/** Between probes: of a way not yet heard, of one in use, and of one in use on which nothing happens. */
const firstProbeIntervalMs = 200
const probeIntervalMs = 500
const idleProbeIntervalMs = 10_000
const idleAfterMs = 5_000

/** A way that falls silent again and again is tried less often, up to this interval. */
const maxReturnIntervalMs = 16_000
const steadyAfterMs = 60_000

/** A direct way that has not been heard for this long is given up. */
const silenceTimeoutMs = 60_000

/** Probes whose answer is still of use. */
const maxProbes = 8

export interface WayMove {
  /** What has gone by the other way and was not acknowledged will not be. */
  readonly isOldDead: boolean
  /** Of the new way, where it has been measured. */
  readonly roundTripMs?: number
}

export interface WaySwitchOptions {
  readonly clock: Clock
  readonly relay: PacketWay
  /** Of the way in use. */
  readonly roundTripMs: () => number
  readonly sendProbe: (way: PacketWay, token: number) => void
  /** Packets go by `way` from now on. */
  readonly move: (way: PacketWay, how: WayMove) => void
  /** The peer should go by the relay: it may not notice by itself. */
  readonly sendBack: () => void
  /** Nothing is left to go by. */
  readonly onNoWay: () => void
}

/**
 * Which of two ways the packets go: directly once a probe has come back on that way, by the relay again when it falls silent
 * while something waits. Each end chooses for itself, and tells the other when it goes back.
 */
export class WaySwitch {
  readonly #options: WaySwitchOptions
  readonly #clock: Clock
  readonly #probeAlarm: Alarm
  readonly #silenceAlarm: Alarm
  readonly #probes = new Map<number, number>()
  #relay: PacketWay | undefined
  #direct: PacketWay | undefined
  #current: PacketWay
  /** When something was sent on the direct way that nothing has come after. */
  #waitsSinceMs: number | undefined
  #heardAtMs = 0
  #trafficAtMs = 0
  #movedAtMs = 0
  #falls = 0
  #wasHeard = false
  #checking: Disposable | undefined

  constructor(options: WaySwitchOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#relay = options.relay
    this.#current = options.relay
    this.#probeAlarm = new Alarm(this.#clock, () => this.#probe())
    this.#silenceAlarm = new Alarm(this.#clock, () => this.#checkSoon())
  }

  get all(): PacketWay[] {
    return [this.#relay, this.#direct].filter((way) => way !== undefined)
  }

  get isDirect(): boolean {
    return this.#current === this.#direct
  }

  get hasRelay(): boolean {
    return this.#relay !== undefined
  }

  /** A hole seems to be open. Takes `way` over; one that was there is given up for it. */
  offer(way: PacketWay): void {
    this.#dropDirect()
    this.#direct = way
    this.#heardAtMs = this.#clock.now()
    this.#wasHeard = false
    this.#falls = 0
    this.#probe()
  }

  /** A packet of the peer has come on `way`. */
  heard(way: PacketWay): void {
    if (way !== this.#direct) return
    this.#heardAtMs = this.#clock.now()
    this.#waitsSinceMs = undefined
    this.#silenceAlarm.clear()
  }

  /** A packet that asks for an answer has gone on `way`. */
  sent(way: PacketWay): void {
    this.#trafficAtMs = this.#clock.now()
    this.#waits(way)
  }

  onEcho(token: number, way: PacketWay): void {
    const sentAtMs = this.#probes.get(token)
    if (way !== this.#direct || sentAtMs === undefined) return
    this.#probes.delete(token)
    this.#wasHeard = true
    if (this.isDirect) return
    this.#go(way, { isOldDead: this.#relay === undefined, roundTripMs: this.#clock.now() - sentAtMs })
  }

  /** The peer hears nothing on the direct way. */
  onBack(): void {
    if (this.isDirect) this.#fall()
  }

  /** `way` has ended. */
  onWayEnd(way: PacketWay): void {
    if (way === this.#relay) {
      this.#relay = undefined
      if (this.#direct && this.#wasHeard) {
        if (!this.isDirect) this.#go(this.#direct, { isOldDead: true })
        return
      }
      this.#options.onNoWay()
    } else if (way === this.#direct) {
      if (this.isDirect) this.#fall()
      if (!this.isDirect) this.#dropDirect()
      else this.#options.onNoWay()
    }
  }

  [Symbol.dispose](): void {
    this.#probeAlarm.clear()
    this.#silenceAlarm.clear()
    this.#checking?.[Symbol.dispose]()
    this.#relay?.close()
    this.#direct?.close()
  }

  #go(way: PacketWay, how: WayMove): void {
    this.#current = way
    this.#movedAtMs = this.#clock.now()
    this.#waitsSinceMs = undefined
    this.#silenceAlarm.clear()
    this.#options.move(way, how)
    this.#setProbeAlarm()
  }

  /** Back to the relay, if there is one. */
  #fall(): void {
    if (!this.#relay) return
    const nowMs = this.#clock.now()
    this.#falls = nowMs - this.#movedAtMs > steadyAfterMs ? 1 : this.#falls + 1
    this.#probes.clear()
    this.#go(this.#relay, { isOldDead: true })
  }

  #dropDirect(): void {
    if (this.isDirect) this.#fall()
    this.#probeAlarm.clear()
    this.#probes.clear()
    this.#direct?.close()
    this.#direct = undefined
  }

  #waits(way: PacketWay): void {
    if (way !== this.#direct || !this.isDirect || this.#waitsSinceMs !== undefined) return
    this.#waitsSinceMs = this.#clock.now()
    const roundTripMs = this.#options.roundTripMs()
    this.#silenceAlarm.setTo(this.#waitsSinceMs + Math.max(silenceMs, silenceRoundTrips * roundTripMs))
  }

  /** Only after what has arrived has been read: this process may have been the silent one. */
  #checkSoon(): void {
    this.#checking?.[Symbol.dispose]()
    this.#checking = this.#clock.after(0, () => {
      if (this.#waitsSinceMs === undefined || !this.isDirect || !this.#relay) return
      this.#options.sendBack()
      this.#fall()
    })
  }

  #probe(): void {
    const way = this.#direct
    if (!way) return
    const nowMs = this.#clock.now()
    if (nowMs - this.#heardAtMs > silenceTimeoutMs && (!this.isDirect || !this.#relay)) {
      if (this.isDirect) this.#options.onNoWay()
      else this.#dropDirect()
      return
    }
    // Nobody can echo it who has not got it.
    const probed = randomInt(2 ** 32)
    this.#probes.set(probed, nowMs)
    for (const token of this.#probes.keys()) {
      if (this.#probes.size <= maxProbes) break
      this.#probes.delete(token)
    }
    this.#options.sendProbe(way, probed)
    this.#waits(way)
    this.#setProbeAlarm()
  }

  #setProbeAlarm(): void {
    if (this.#direct) this.#probeAlarm.setTo(this.#clock.now() + this.#probeIntervalMs)
  }

  get #probeIntervalMs(): number {
    if (this.isDirect) {
      return this.#clock.now() - this.#trafficAtMs > idleAfterMs ? idleProbeIntervalMs : probeIntervalMs
    }
    if (!this.#wasHeard) return firstProbeIntervalMs
    return Math.min(maxReturnIntervalMs, probeIntervalMs * 2 ** Math.max(0, this.#falls - 1))
  }
}
