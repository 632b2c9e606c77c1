import type { PacketWay } from '../direct/packet-way.ts'
import { Alarm } from '../direct/packets/alarm.ts'
import type { ManualClock } from './manual-clock.ts'

/** What happens to the packets of one direction. */
export interface PacketWeather {
  readonly delayMs: number
  /** Parts of one. */
  readonly loss?: number
  readonly doubled?: number
  /** This part of the packets takes up to 30 ms longer, so that others overtake them. */
  readonly late?: number
  /** Bytes per millisecond, with a queue of `queueBytes`; without it any number. */
  readonly bytesPerMs?: number
  readonly queueBytes?: number
  /** Longer packets vanish. */
  readonly maxBytes?: number
}

const lateMs = 30

/** Both ends of a way that treats packets as a network does, in the time of a ManualClock, and the same way again with the same seed. */
export class PacketNetwork {
  weather: PacketWeather
  isCut = false
  /** The longest packet that has passed. */
  longest = 0
  readonly ends: readonly [PacketWay, PacketWay]
  readonly #clock: ManualClock
  readonly #random: () => number
  readonly #closed = new Set<PacketWay>()
  readonly #ended: (() => void)[] = []

  constructor(clock: ManualClock, random: () => number, weather: PacketWeather, maxPacket = 1_452) {
    this.#clock = clock
    this.#random = random
    this.weather = weather
    const there = new Direction(clock)
    const back = new Direction(clock)
    this.ends = [this.#end(there, back, maxPacket), this.#end(back, there, maxPacket)]
  }

  get closedEnds(): number {
    return this.#closed.size
  }

  /** Both ends hear that nothing passes any more. */
  end(): void {
    this.isCut = true
    for (const ended of this.#ended) ended()
  }

  /** Packets under way. */
  get waiting(): number {
    return this.#directions.reduce((sum, { waiting }) => sum + waiting, 0)
  }

  readonly #directions: Direction[] = []

  #end(out: Direction, back: Direction, maxPacket: number): PacketWay {
    this.#directions.push(out)
    const way: PacketWay = {
      maxPacket,
      send: (packet) => {
        if (!this.#closed.has(way)) this.#send(out, packet)
      },
      onPacket: (receive) => {
        back.receive = (packet) => {
          if (!this.#closed.has(way)) receive(packet)
        }
      },
      onEnd: (ended) => {
        this.#ended.push(ended)
      },
      close: () => {
        this.#closed.add(way)
      },
    }
    return way
  }

  #send(out: Direction, packet: Uint8Array): void {
    const {
      delayMs,
      loss = 0,
      doubled = 0,
      late = 0,
      bytesPerMs,
      queueBytes = 0,
      maxBytes = 65_000,
    } = this.weather
    if (this.isCut || packet.length > maxBytes || this.#random() < loss) return
    this.longest = Math.max(this.longest, packet.length)
    let atMs = this.#clock.now() + delayMs
    if (bytesPerMs !== undefined) {
      const startsAtMs = Math.max(this.#clock.now(), out.freeAtMs)
      if ((startsAtMs - this.#clock.now()) * bytesPerMs > queueBytes) return
      out.freeAtMs = startsAtMs + packet.length / bytesPerMs
      atMs = out.freeAtMs + delayMs
    }
    if (this.#random() < late) atMs += this.#random() * lateMs
    // A copy: the sender may use its memory again.
    out.add(atMs, Uint8Array.from(packet))
    if (this.#random() < doubled) out.add(atMs + this.#random() * lateMs, Uint8Array.from(packet))
  }
}

class Direction {
  receive: (packet: Uint8Array) => void = () => undefined
  freeAtMs = 0
  readonly #clock: ManualClock
  readonly #alarm: Alarm
  /** In the order they arrive. */
  readonly #queue: { readonly atMs: number; readonly packet: Uint8Array }[] = []

  constructor(clock: ManualClock) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => this.#arrive())
  }

  get waiting(): number {
    return this.#queue.length
  }

  add(atMs: number, packet: Uint8Array): void {
    let index = this.#queue.length
    while (index > 0 && (this.#queue[index - 1]?.atMs ?? 0) > atMs) index -= 1
    this.#queue.splice(index, 0, { atMs, packet })
    this.#setAlarm()
  }

  #arrive(): void {
    const nowMs = this.#clock.now()
    while ((this.#queue[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs + 0.001) {
      const next = this.#queue.shift()
      if (next) this.receive(next.packet)
    }
    this.#setAlarm()
  }

  #setAlarm(): void {
    this.#alarm.setTo(this.#queue[0]?.atMs ?? Number.POSITIVE_INFINITY)
  }
}
