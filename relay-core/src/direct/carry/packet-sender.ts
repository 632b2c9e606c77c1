import type { Clock } from '../../async/time/clock.ts'
import { WireError } from '../../wire/bytes.ts'
import type { PacketWay } from '../packet-way.ts'
import type { Acknowledging } from './acknowledging.ts'
import { Alarm } from './alarm.ts'
import { FrameWriter } from './frame-writer.ts'
import type { Acknowledgement } from './frames.ts'
import { maxPacketsOfTurn } from './pacer.ts'
import { sealBytes, type PacketSeal } from './packet-seal.ts'
import { maxPacketBytes } from './packet-size.ts'
import type { Path } from './path.ts'
import { SendQueue, type PacketSource, type Signal } from './send-queue.ts'
import { SentPackets, type SentFrame, type SentPacket } from './sent-packets.ts'

/** Enough for the longest ACK. */
const maxAsideBytes = 256

/** Less than any timer can wait. */
const noWaitMs = 0.01

/** What has been found to arrive before longer packets are tried. */
const trustedBytes = 20_000

/** As many ranges of an ACK go along with data; longer ones go alone. */
const maxRangesBesideData = 8

/** After so many timeouts in a row packets may be too long for their way. */
const blackHoleTimeouts = 2

export interface PacketSenderOptions {
  readonly clock: Clock
  readonly seal: PacketSeal
  readonly acknowledging: Acknowledging
  readonly path: Path
  /** A packet that asks for an ACK has gone. */
  readonly onSent: (way: PacketWay) => void
  /** What waits has not been acknowledged although it was asked for, for so long. */
  readonly onSilence: (forMs: number) => void
}

/** Puts frames into packets, sends them at the pace of their path, and has what was lost sent again. */
export class PacketSender {
  readonly #options: PacketSenderOptions
  readonly #clock: Clock
  readonly #writer = new FrameWriter(maxPacketBytes - sealBytes)
  /** Another one: a packet aside may be asked for while one is being made. */
  readonly #aside = new FrameWriter(maxAsideBytes)
  readonly #sent = new SentPackets()
  readonly #queue = new SendQueue()
  readonly #paceAlarm: Alarm
  readonly #lossAlarm: Alarm
  #path: Path
  #number = 0
  #lastSentAtMs = 0
  /** In a row, and when the first of them was. */
  #timeouts = 0
  #silentSinceMs = 0
  /** So many packets may go whatever the window says: after a timeout. */
  #free = 0
  #isSizeProbeOut = false
  #isPumping = false
  #isDisposed = false

  constructor(options: PacketSenderOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#path = options.path
    this.#paceAlarm = new Alarm(this.#clock, () => this.pump())
    this.#lossAlarm = new Alarm(this.#clock, () => this.#onLossAlarm())
  }

  get path(): Path {
    return this.#path
  }

  get isWaiting(): boolean {
    return !this.#sent.isEmpty
  }

  /** Sends what `source` has, in turn with the others. */
  activate(source: PacketSource): void {
    this.#queue.addSource(source)
    this.#pumpSoon()
  }

  deactivate(source: PacketSource): void {
    this.#queue.removeSource(source)
  }

  signal(signal: Signal): void {
    this.#queue.addSignal(signal)
    this.#pumpSoon()
  }

  /** Sends a packet on any way at once, which nobody will miss if it is lost. */
  sendAside(way: PacketWay, write: (writer: FrameWriter) => void): void {
    this.#aside.begin(maxAsideBytes)
    write(this.#aside)
    way.send(this.#seal(this.#aside))
  }

  /** `way`: by which it came. Throws WireError if the peer cannot have got what it acknowledges. */
  onAck(ack: Acknowledgement, way: PacketWay): void {
    if (ack.largest >= this.#number) throw new WireError('an ACK of what was never sent')
    const path = this.#path
    const nowMs = this.#clock.now()
    const inFlightBefore = path.inFlightBytes
    let ackedBytes = 0
    let newest: SentPacket | undefined
    const acked = this.#sent.acknowledge(ack)
    if (acked.length === 0) return
    this.#timeouts = 0
    for (const packet of acked) {
      if (packet.isSizeProbe) this.#onSizeProbe(packet, true)
      for (const frame of packet.frames) frame.onAcked()
      if (packet.path !== path) continue
      path.delivery.onAcked(packet.bytes, nowMs)
      ackedBytes += packet.bytes
      if (!newest || packet.number > newest.number) newest = packet
    }
    // An ACK that came another way says nothing of this one's round trip.
    const isMeasured = newest?.number === ack.largest && way === path.way
    if (newest && isMeasured) path.roundTrip.add(nowMs - newest.stamp.sentAtMs, ack.delayMs)
    const lostBytes = this.#lose(this.#sent.takeLost(nowMs, path))
    if (newest) {
      path.control.onAck({
        nowMs,
        roundTripMs: isMeasured ? path.roundTrip.latestMs : undefined,
        rate: path.delivery.rate(newest.stamp, path.roundTrip.minMs),
        deliveredBefore: newest.stamp.deliveredBytes,
        delivered: path.delivery.deliveredBytes,
        isAppLimited: newest.stamp.isAppLimited,
        ackedBytes,
        lostBytes,
        inFlightBefore,
        inFlight: path.inFlightBytes,
      })
    }
    this.#setLossAlarm()
    this.#pumpSoon()
  }

  /** From now on packets go by `path`. `isOldDead`: what went by the old one has to go again. */
  usePath(path: Path, { isOldDead }: { isOldDead: boolean }): void {
    this.#path = path
    this.#timeouts = 0
    this.#isSizeProbeOut = false
    if (isOldDead) this.#lose(this.#sent.takeOldest(Number.POSITIVE_INFINITY))
    this.#setLossAlarm()
    this.#pumpSoon()
  }

  /** Sends what may go now. */
  pump(): void {
    if (this.#isPumping || this.#isDisposed) return
    this.#isPumping = true
    const nowMs = this.#clock.now()
    const path = this.#path
    path.pacer.refill(nowMs, path.control.bytesPerMs)
    let count = 0
    while (this.#mayBuild(nowMs) && this.#build(nowMs)) {
      count += 1
      if (count === maxPacketsOfTurn) {
        this.#pumpSoon()
        break
      }
    }
    if (this.#options.acknowledging.isDue)
      this.sendAside(path.way, (writer) => this.#options.acknowledging.write(writer))
    if (!this.#queue.hasSources && path.hasRoom) path.delivery.limitByApp(path.inFlightBytes)
    this.#isPumping = false
    if (count > 0) this.#setLossAlarm()
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#paceAlarm.clear()
    this.#lossAlarm.clear()
    this.#queue.clear()
  }

  #pumpSoon(): void {
    if (!this.#isDisposed) this.#paceAlarm.setTo(this.#clock.now())
  }

  #mayBuild(nowMs: number): boolean {
    if (this.#queue.hasSignals) return true
    if (!this.#queue.hasSources) return false
    if (this.#free > 0) return true
    const path = this.#path
    if (!path.hasRoom) return false
    const waitMs = path.pacer.waitMs(path.size.bytes, path.control.bytesPerMs)
    if (waitMs < noWaitMs) return true
    this.#paceAlarm.setTo(nowMs + waitMs)
    return false
  }

  /** One packet; false when there was nothing to send. */
  #build(nowMs: number): boolean {
    const path = this.#path
    const writer = this.#writer
    writer.begin(path.size.bytes - sealBytes)
    const { acknowledging } = this.#options
    if (acknowledging.isOwed && acknowledging.rangeCount <= maxRangesBesideData) acknowledging.write(writer)
    const frames = this.#queue.fill(writer)
    if (frames.length === 0) {
      if (writer.length > 0) path.way.send(this.#seal(writer))
      return false
    }
    this.#free = Math.max(0, this.#free - 1)
    this.#sendRecorded(frames, nowMs)
    if (this.#queue.hasSources) this.#probeSize(nowMs)
    return true
  }

  /** What has been written, as a packet that waits for its ACK. */
  #sendRecorded(frames: readonly SentFrame[], nowMs: number, isSizeProbe = false): void {
    const path = this.#path
    const number = this.#number
    const packet = this.#seal(this.#writer)
    const stamp = path.delivery.stamp(nowMs, path.inFlightBytes)
    this.#sent.add({ number, bytes: packet.length, path, stamp, frames, isSizeProbe })
    path.pacer.take(packet.length)
    this.#lastSentAtMs = nowMs
    path.way.send(packet)
    this.#options.onSent(path.way)
  }

  #seal(writer: FrameWriter): Buffer {
    const number = this.#number
    this.#number += 1
    return this.#options.seal.seal(number, writer.written)
  }

  #probeSize(nowMs: number): void {
    const path = this.#path
    const bytes = path.size.probeBytes
    if (bytes === undefined || this.#isSizeProbeOut || path.delivery.deliveredBytes < trustedBytes) return
    this.#isSizeProbeOut = true
    this.#writer.begin(bytes - sealBytes)
    this.#writer.ping()
    this.#writer.pad()
    this.#sendRecorded([], nowMs, true)
  }

  #onSizeProbe({ path, bytes }: SentPacket, hasArrived: boolean): void {
    if (path === this.#path) this.#isSizeProbeOut = false
    if (hasArrived) path.size.onArrived(bytes)
    else path.size.onLost(bytes)
  }

  /** Returns how much of it went by the path in use, tries of a size apart. */
  #lose(packets: readonly SentPacket[]): number {
    let bytes = 0
    for (const packet of packets) {
      if (packet.isSizeProbe) this.#onSizeProbe(packet, false)
      else if (packet.path === this.#path) bytes += packet.bytes
      for (const frame of packet.frames) frame.onLost()
    }
    return bytes
  }

  #timeoutAtMs(): number {
    return this.#lastSentAtMs + this.#path.roundTrip.probeTimeoutMs(this.#timeouts)
  }

  #setLossAlarm(): void {
    if (this.#isDisposed || this.#sent.isEmpty) this.#lossAlarm.clear()
    else this.#lossAlarm.setTo(Math.min(this.#sent.lossDueAtMs, this.#timeoutAtMs()))
  }

  #onLossAlarm(): void {
    const nowMs = this.#clock.now()
    const lost = this.#sent.takeLost(nowMs, this.#path)
    if (lost.length > 0) {
      this.#path.control.onLost(this.#lose(lost))
    } else if (!this.#sent.isEmpty && nowMs >= this.#timeoutAtMs() - 1) {
      if (this.#timeouts === 0) this.#silentSinceMs = nowMs
      this.#timeouts += 1
      if (this.#timeouts === blackHoleTimeouts) this.#path.size.fallBack()
      this.#lose(this.#sent.takeOldest(2))
      this.#free = 2
      if (!this.#queue.hasSources && !this.#queue.hasSignals) this.#ping(nowMs)
      this.#options.onSilence(nowMs - this.#silentSinceMs)
    }
    this.pump()
    this.#setLossAlarm()
  }

  #ping(nowMs: number): void {
    this.#writer.begin(this.#path.size.bytes - sealBytes)
    this.#writer.ping()
    this.#sendRecorded([], nowMs)
  }
}
