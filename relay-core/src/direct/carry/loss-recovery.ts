import type { Clock } from '../../async/time/clock.ts'
import type { PacketWay } from '../packet-way.ts'
import { Alarm } from '../packets/alarm.ts'
import type { Acknowledgement } from '../packets/frames.ts'
import type { Path } from '../path/path.ts'
import { SentPackets, type SentPacket } from '../streams/sent-packets.ts'

/** After this many timeouts in a row packets may be too long for their way. */
const blackHoleTimeouts = 2

/** This many of the oldest packets go again after a timeout (RFC 9002 §6.2.4). */
const packetsOfTimeout = 2

export interface LossRecoveryOptions {
  readonly clock: Clock
  readonly path: Path
  /** There is something to send again, or more room. */
  readonly onMore: () => void
  /** What waits has been asked for without an answer for this long: some packets have to go now, so that the peer answers. */
  readonly onTimeout: (silentForMs: number, packets: number) => void
}

/** Keeps what has been sent until it is acknowledged, learns from the ACKs, and has sent again what is lost (RFC 9002). */
export class LossRecovery {
  readonly #options: LossRecoveryOptions
  readonly #clock: Clock
  readonly #sent = new SentPackets()
  readonly #alarm: Alarm
  #path: Path
  #lastSentAtMs = 0
  /** In a row, and when the first of them was. */
  #timeouts = 0
  #silentSinceMs = 0
  #isDisposed = false

  constructor(options: LossRecoveryOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#path = options.path
    this.#alarm = new Alarm(this.#clock, () => this.#onAlarm())
  }

  /** By which packets go. */
  get path(): Path {
    return this.#path
  }

  /** It has just gone; `setAlarm` follows once all of the turn have. */
  add(packet: SentPacket): void {
    this.#sent.add(packet)
    this.#lastSentAtMs = packet.stamp.sentAtMs
  }

  setAlarm(): void {
    if (this.#isDisposed || this.#sent.isEmpty) this.#alarm.clear()
    else this.#alarm.setTo(Math.min(this.#sent.lossDueAtMs, this.#timeoutAtMs))
  }

  /** `way`: by which it came. */
  onAck(ack: Acknowledgement, way: PacketWay): void {
    const path = this.#path
    const nowMs = this.#clock.now()
    const inFlightBefore = path.inFlightBytes
    const acked = this.#sent.acknowledge(ack)
    if (acked.length === 0) return
    this.#timeouts = 0
    for (const packet of acked) {
      if (packet.isSizeProbe) packet.path.size.onArrived(packet.bytes)
      for (const frame of packet.frames) frame.onAcked()
    }
    const newest = path.onArrived(
      acked.filter((packet) => packet.path === path),
      // An ACK that came another way says nothing of this one's round trip.
      { nowMs, ack: way === path.way ? ack : undefined },
    )
    const lostBytes = this.#lose(this.#sent.takeLost(nowMs, path))
    if (newest) path.adapt(newest, { nowMs, lostBytes, inFlightBefore })
    this.setAlarm()
    this.#options.onMore()
  }

  /** From now on packets go by `path`. `isOldDead`: what went by the old one has to go again. */
  usePath(path: Path, { isOldDead }: { isOldDead: boolean }): void {
    this.#path = path
    this.#timeouts = 0
    if (isOldDead) this.#lose(this.#sent.takeOldest(Number.POSITIVE_INFINITY))
    this.setAlarm()
    this.#options.onMore()
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#alarm.clear()
  }

  get #timeoutAtMs(): number {
    return this.#lastSentAtMs + this.#path.roundTrip.probeTimeoutMs(this.#timeouts)
  }

  #onAlarm(): void {
    const nowMs = this.#clock.now()
    const lost = this.#sent.takeLost(nowMs, this.#path)
    if (lost.length > 0) {
      this.#path.control.onLost(this.#lose(lost))
      this.#options.onMore()
    } else if (!this.#sent.isEmpty && nowMs >= this.#timeoutAtMs - 1) {
      if (this.#timeouts === 0) this.#silentSinceMs = nowMs
      this.#timeouts += 1
      if (this.#timeouts === blackHoleTimeouts) this.#path.size.fallBack()
      this.#lose(this.#sent.takeOldest(packetsOfTimeout))
      this.#options.onTimeout(nowMs - this.#silentSinceMs, packetsOfTimeout)
    }
    this.setAlarm()
  }

  /** Returns how much of it went by the path in use, tries of a size apart. */
  #lose(packets: readonly SentPacket[]): number {
    let bytes = 0
    for (const packet of packets) {
      if (packet.isSizeProbe) packet.path.size.onLost(packet.bytes)
      else if (packet.path === this.#path) bytes += packet.bytes
      for (const frame of packet.frames) frame.onLost()
    }
    return bytes
  }
}
