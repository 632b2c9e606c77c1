import type { Clock } from '../../async/time/clock.ts'
import { WireError } from '../../wire/bytes.ts'
import type { PacketWay } from '../packet-way.ts'
import type { Acknowledging } from './acknowledging.ts'
import { Alarm } from '../packets/alarm.ts'
import { FrameWriter } from '../packets/frame-writer.ts'
import type { Acknowledgement } from '../packets/frames.ts'
import { LossRecovery } from './loss-recovery.ts'
import { maxPacketsOfTurn } from '../path/pacer.ts'
import { sealBytes, type PacketSeal } from '../packets/packet-seal.ts'
import { maxPacketBytes } from '../packets/packet-size.ts'
import type { Path } from '../path/path.ts'
import { SendQueue, type PacketSource, type LinkSignal } from './send-queue.ts'
import type { SentFrame } from '../streams/sent-packets.ts'

/** Enough for the longest ACK. */
const maxAsideBytes = 256

/** Less than any timer can wait. */
const noWaitMs = 0.01

/** What has been found to arrive before longer packets are tried. */
const trustedBytes = 20_000

/** As many ranges of an ACK go along with data; longer ones go alone. */
const maxRangesBesideData = 8

export interface PacketSenderOptions {
  readonly clock: Clock
  readonly seal: PacketSeal
  readonly acknowledging: Acknowledging
  readonly path: Path
  /** A packet that asks for an ACK has gone. */
  readonly onSent: (way: PacketWay) => void
  /** What waits has not been acknowledged although it was asked for, for this long. */
  readonly onSilence: (forMs: number) => void
}

/** Puts frames into packets, sends them at the pace of their path, and has what was lost sent again. */
export class PacketSender {
  readonly #options: PacketSenderOptions
  readonly #clock: Clock
  readonly #writer = new FrameWriter(maxPacketBytes - sealBytes)
  /** Another one: a packet aside may be asked for while one is being made. */
  readonly #aside = new FrameWriter(maxAsideBytes)
  readonly #recovery: LossRecovery
  readonly #queue = new SendQueue()
  readonly #paceAlarm: Alarm
  #number = 0
  /** This many packets may go whatever the window says: after a timeout. */
  #free = 0
  #isPumping = false
  #isDisposed = false

  constructor(options: PacketSenderOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#paceAlarm = new Alarm(this.#clock, () => this.pump())
    this.#recovery = new LossRecovery({
      clock: options.clock,
      path: options.path,
      onMore: () => this.#pumpSoon(),
      onTimeout: (silentForMs, packets) => this.#ask(silentForMs, packets),
    })
  }

  get path(): Path {
    return this.#recovery.path
  }

  /** Sends what `source` has, in turn with the others. */
  activate(source: PacketSource): void {
    this.#queue.addSource(source)
    this.#pumpSoon()
  }

  deactivate(source: PacketSource): void {
    this.#queue.removeSource(source)
  }

  signal(signal: LinkSignal): void {
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
    this.#recovery.onAck(ack, way)
  }

  /** From now on packets go by `path`. `isOldDead`: what went by the old one has to go again. */
  usePath(path: Path, { isOldDead }: { isOldDead: boolean }): void {
    this.#recovery.usePath(path, { isOldDead })
  }

  /** Sends what may go now. */
  pump(): void {
    if (this.#isPumping || this.#isDisposed) return
    this.#isPumping = true
    const nowMs = this.#clock.now()
    const path = this.path
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
    if (count > 0) this.#recovery.setAlarm()
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#paceAlarm.clear()
    this.#recovery[Symbol.dispose]()
    this.#queue.clear()
  }

  #pumpSoon(): void {
    if (!this.#isDisposed) this.#paceAlarm.setTo(this.#clock.now())
  }

  #mayBuild(nowMs: number): boolean {
    if (this.#queue.hasSignals) return true
    if (!this.#queue.hasSources) return false
    if (this.#free > 0) return true
    const path = this.path
    if (!path.hasRoom) return false
    const waitMs = path.pacer.waitMs(path.size.bytes, path.control.bytesPerMs)
    if (waitMs < noWaitMs) return true
    this.#paceAlarm.setTo(nowMs + waitMs)
    return false
  }

  /** One packet; false when there was nothing to send. */
  #build(nowMs: number): boolean {
    const path = this.path
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
    const path = this.path
    const number = this.#number
    const packet = this.#seal(this.#writer)
    const stamp = path.delivery.stamp(nowMs, path.inFlightBytes)
    this.#recovery.add({ number, bytes: packet.length, path, stamp, frames, isSizeProbe })
    path.pacer.take(packet.length)
    path.way.send(packet)
    this.#options.onSent(path.way)
  }

  #seal(writer: FrameWriter): Buffer {
    const number = this.#number
    this.#number += 1
    return this.#options.seal.seal(number, writer.written)
  }

  #probeSize(nowMs: number): void {
    const path = this.path
    const bytes = path.size.probeBytes
    if (bytes === undefined || path.delivery.deliveredBytes < trustedBytes) return
    path.size.onTried()
    this.#writer.begin(bytes - sealBytes)
    this.#writer.ping()
    this.#writer.pad()
    this.#sendRecorded([], nowMs, true)
  }

  /** Nothing has been acknowledged for too long: sends this many packets whatever the window says, or at least one. */
  #ask(silentForMs: number, packets: number): void {
    this.#free = packets
    if (!this.#queue.hasSources && !this.#queue.hasSignals) {
      this.#writer.begin(this.path.size.bytes - sealBytes)
      this.#writer.ping()
      this.#sendRecorded([], this.#clock.now())
    }
    this.#options.onSilence(silentForMs)
    this.pump()
  }
}
