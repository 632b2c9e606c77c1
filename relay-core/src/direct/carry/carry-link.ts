import type { Duplex } from 'node:stream'
import type { Clock } from '../../async/time/clock.ts'
import { WireError } from '../../wire/bytes.ts'
import type { PacketWay } from '../packet-way.ts'
import { Acknowledging } from './acknowledging.ts'
import { readFrames, type PacketFrameReceiver } from '../packets/frames.ts'
import { OpenStreams } from './open-streams.ts'
import { packetClock } from '../packets/packet-clock.ts'
import { PacketSeal, type PacketRole } from '../packets/packet-seal.ts'
import { maxPacketBytes } from '../packets/packet-size.ts'
import { PacketSender } from './packet-sender.ts'
import { Path } from '../path/path.ts'
import { fillLimits, WayFill, type WayMeasurement } from './way-fill.ts'
import { WaySwitch, type WayMove } from './way-switch.ts'

/** A peer that has not been heard for this long while something waits is gone. */
const peerTimeoutMs = 60_000

/** A stream of which it is known whether the peer has answered. */
export interface HeardStream extends Duplex {
  /** Fulfils once something has come. */
  readonly heard: Promise<void>
  /** The peer, and not the link's end, has ended it before its end. */
  readonly wasReset: boolean
}

/** So often goodbye is said: one may get lost, and who has not heard it waits for a minute. */
const byes = 3

/** What a way takes before it has been measured. */
const guessedRoundTripMs = 100

export interface CarryLinkOptions {
  /** 32 bytes that the two ends, and nobody else, have agreed on for this link alone. */
  readonly secret: Uint8Array
  readonly role: PacketRole
  /** The way that there is at once. The link takes it over. */
  readonly relay: PacketWay
  /** The peer has opened a stream. */
  readonly onStream: (stream: Duplex) => void
  /** Packets go the other way from now on. */
  readonly onWay?: (way: 'relay' | 'direct') => void
  /** The system's, except in tests. */
  readonly clock?: Clock
}

/**
 * Many streams of bytes between two programs, over packets that may get lost, on two ways.
 *
 * It holds at most 16 MiB that its readers have not taken and 16 MiB that the peer has not acknowledged; of one stream at most
 * 4 MiB each. Besides, each stream may hold up to 64 KiB for a slow reader and 128 KiB for its writer.
 */
export class CarryLink {
  /** Fulfils once, with what went wrong or undefined after `close` at either end. */
  readonly closed: Promise<Error | undefined>
  readonly #onWay: ((way: 'relay' | 'direct') => void) | undefined
  readonly #clock: Clock
  readonly #seal: PacketSeal
  readonly #acknowledging: Acknowledging
  readonly #sender: PacketSender
  readonly #streams: OpenStreams
  readonly #ways: WaySwitch
  readonly #ended = Promise.withResolvers<Error | undefined>()
  #turn: Disposable | undefined
  #isClosed = false

  constructor({ secret, role, relay, onStream, onWay, clock = packetClock }: CarryLinkOptions) {
    this.closed = this.#ended.promise
    this.#onWay = onWay
    this.#clock = clock
    this.#seal = new PacketSeal(secret, role)
    this.#acknowledging = new Acknowledging(clock, () => this.#sender.pump())
    this.#sender = new PacketSender({
      clock,
      seal: this.#seal,
      acknowledging: this.#acknowledging,
      path: new Path(relay, { nowMs: clock.now(), roundTripMs: guessedRoundTripMs }),
      onSent: (way) => this.#ways.sent(way),
      onSilence: (forMs) => {
        if (forMs > peerTimeoutMs) this.#leave(new Error('the peer is silent'))
      },
    })
    this.#streams = new OpenStreams(role, this.#sender, onStream)
    this.#ways = new WaySwitch({
      clock,
      relay,
      roundTripMs: () => this.roundTripMs,
      sendProbe: (way, token) => this.#sender.sendAside(way, (writer) => writer.probe(token)),
      move: (way, how) => this.#move(way, how),
      sendBack: () => this.#sendBack(),
      onNoWay: () => this.#leave(new Error('every way to the peer has ended')),
    })
    this.#listen(relay)
  }

  get isDirect(): boolean {
    return this.#ways.isDirect
  }

  /** The way by the relay has not ended. */
  get hasRelay(): boolean {
    return this.#ways.hasRelay
  }

  /** Of the way in use. */
  get roundTripMs(): number {
    return this.#sender.path.roundTrip.smoothedMs
  }

  /** How many streams have not ended, at both ends. */
  get streamCount(): number {
    return this.#streams.count
  }

  /** A stream to the peer. Throws when there are too many, or the link has ended. */
  openStream(): HeardStream {
    if (this.#isClosed) throw new Error('the link has ended')
    return this.#streams.open()
  }

  /**
   * How long and how wide the direct way is: fills it for a second, with 8 MB at most. Rejects where there is none, and when it falls silent
   * meanwhile.
   */
  async measure(): Promise<WayMeasurement> {
    if (this.#isClosed || !this.isDirect) throw new Error('there is no direct way')
    const { path } = this.#sender
    const roundTripMs = path.roundTrip.smoothedMs
    const over = Promise.withResolvers<void>()
    using _time = this.#clock.after(fillLimits.maxMs, () => over.resolve())
    let isOver = false
    const settledAtMs = this.#clock.now() + fillLimits.maxMs / 2
    const fill = new WayFill({
      isWanted: () => !isOver && this.#sender.path === path,
      isSettled: () => this.#clock.now() >= settledAtMs,
    })
    this.#sender.activate(fill)
    await Promise.race([over.promise, this.closed])
    isOver = true
    this.#sender.deactivate(fill)
    if (this.#isClosed || this.#sender.path !== path || !fill.hasArrived)
      throw new Error('the direct way has fallen silent')
    return { roundTripMs, lostPart: fill.lostPart, upBytesPerSecond: path.control.greatestBytesPerMs * 1_000 }
  }

  /** A direct way to the peer seems to be open: it is used from its first answer on, as long as it answers. The link takes it over. */
  offerDirect(way: PacketWay): void {
    if (this.#isClosed) {
      way.close()
      return
    }
    this.#listen(way)
    this.#ways.offer(way)
  }

  /** Ends all streams, here and at the peer. Idempotent. */
  close(): void {
    this.#leave(undefined)
  }

  #listen(way: PacketWay): void {
    const receiver = this.#receiver(way)
    way.onPacket((packet) => this.#onPacket(packet, way, receiver))
    way.onEnd(() => {
      if (!this.#isClosed) this.#ways.onWayEnd(way)
    })
  }

  #onPacket(packet: Uint8Array, way: PacketWay, receiver: PacketFrameReceiver): void {
    // A longer one would let a few bytes hold more memory than the windows count.
    if (this.#isClosed || packet.length > maxPacketBytes) return
    const opened = this.#seal.open(packet)
    if (!opened) return
    const isNew = this.#acknowledging.take(opened.number)
    this.#turn ??= this.#clock.after(0, () => this.#onTurn())
    // One that comes a second time may have been sent again by somebody else.
    if (!isNew) return
    this.#ways.heard(way)
    try {
      if (readFrames(opened.frames, receiver) && !this.#isClosed) this.#acknowledging.owe()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#leave(error)
    }
  }

  #receiver(way: PacketWay): PacketFrameReceiver {
    return {
      onData: (id, offset, bytes) => this.#streams.onData(id, offset, bytes),
      onEnd: (id, size) => this.#streams.onEnd(id, size),
      onReset: (id, size) => this.#streams.onReset(id, size),
      onWindow: (id, limit) => this.#streams.onWindow(id, limit),
      onAck: (ack) => this.#sender.onAck(ack, way),
      onProbe: (token) => this.#sender.sendAside(way, (writer) => writer.echo(token)),
      onEcho: (token) => this.#ways.onEcho(token, way),
      onBack: () => this.#ways.onBack(),
      onBye: () => this.#end(undefined),
    }
  }

  /** What came together has been read. */
  #onTurn(): void {
    this.#turn = undefined
    this.#streams.deliver()
    this.#sender.pump()
  }

  #move(way: PacketWay, { isOldDead, roundTripMs = guessedRoundTripMs }: WayMove): void {
    this.#sender.usePath(new Path(way, { nowMs: this.#clock.now(), roundTripMs }), { isOldDead })
    this.#onWay?.(this.#ways.isDirect ? 'direct' : 'relay')
  }

  #sendBack(): void {
    const signal = {
      write: (writer: { back(): void }) => writer.back(),
      onAcked: () => undefined,
      onLost: () => {
        if (!this.#ways.isDirect) this.#sender.signal(signal)
      },
    }
    this.#sender.signal(signal)
  }

  /** Says goodbye first. */
  #leave(error: Error | undefined): void {
    if (this.#isClosed) return
    for (const way of this.#ways.all)
      for (let times = 0; times < byes; times += 1) this.#sender.sendAside(way, (writer) => writer.bye())
    this.#end(error)
  }

  #end(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#streams.cut()
    this.#turn?.[Symbol.dispose]()
    this.#acknowledging[Symbol.dispose]()
    this.#sender[Symbol.dispose]()
    this.#ways[Symbol.dispose]()
    this.#ended.resolve(error)
  }
}
