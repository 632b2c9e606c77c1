import type { Duplex } from 'node:stream'
import type { Clock } from '../../async/time/clock.ts'
import { WireError } from '../../wire/bytes.ts'
import type { PacketWay } from '../packet-way.ts'
import { Acknowledging } from './acknowledging.ts'
import { CarryStream, streamWindowBytes, type StreamLink } from './carry-stream.ts'
import { readFrames, type FrameReceiver } from './frames.ts'
import { LimitSignal } from './limit-signal.ts'
import { packetClock } from './packet-clock.ts'
import { PacketSeal, type PacketRole } from './packet-seal.ts'
import { PacketSender } from './packet-sender.ts'
import { Path } from './path.ts'
import { ReceiveWindow } from './receive-window.ts'
import { WaySwitch } from './way-switch.ts'

/** What all streams of a link together may have on their way, and as much may wait to be read. */
const linkWindowBytes = 16 * 1024 * 1024

/** Streams that one end may have opened. The other end takes twice as many: it may learn later that one has ended. */
const maxOpened = 1_024

/** A peer that has not been heard for so long while something waits is gone. */
const peerTimeoutMs = 60_000

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

/** Many streams of bytes between two programs, over packets that may get lost, on two ways. */
export class CarryLink {
  /** Fulfils once, with what went wrong or undefined after `close` at either end. */
  readonly closed: Promise<Error | undefined>
  readonly #options: CarryLinkOptions
  readonly #clock: Clock
  readonly #seal: PacketSeal
  readonly #acknowledging: Acknowledging
  readonly #sender: PacketSender
  readonly #ways: WaySwitch
  readonly #streams = new Map<number, CarryStream>()
  readonly #arrived = new Set<CarryStream>()
  readonly #receiveWindow = new ReceiveWindow(linkWindowBytes)
  readonly #limit: LimitSignal
  readonly #limits = new WeakMap<CarryStream, LimitSignal>()
  readonly #streamLink: StreamLink
  readonly #end: (error: Error | undefined) => void
  #nextOwn: number
  #nextPeer: number
  #opened = 0
  #sendLimit = linkWindowBytes
  #sentBytes = 0
  #heardAtMs: number
  #turn: Disposable | undefined
  #isClosed = false

  constructor(options: CarryLinkOptions) {
    const { secret, role, relay, clock = packetClock } = options
    this.#options = options
    this.#clock = clock
    this.#heardAtMs = clock.now()
    this.#seal = new PacketSeal(secret, role)
    this.#nextOwn = role === 'visitor' ? 1 : 2
    this.#nextPeer = role === 'visitor' ? 2 : 1
    const ended = Promise.withResolvers<Error | undefined>()
    this.closed = ended.promise
    this.#end = ended.resolve
    this.#acknowledging = new Acknowledging(clock, () => this.#sender.pump())
    this.#sender = new PacketSender({
      clock,
      seal: this.#seal,
      acknowledging: this.#acknowledging,
      path: new Path(relay, { nowMs: clock.now(), roundTripMs: guessedRoundTripMs }),
      onSent: (way) => this.#ways.sent(way),
      onTimeout: () => {
        if (clock.now() - this.#heardAtMs > peerTimeoutMs) this.#fail(new Error('the peer is silent'))
      },
    })
    this.#ways = new WaySwitch({
      clock,
      relay,
      roundTripMs: () => this.roundTripMs,
      sendProbe: (way, token) => this.#sender.sendAside(way, (writer) => writer.probe(token)),
      move: (way, how) => this.#move(way, how),
      sendBack: () => this.#sendBack(),
      onNoWay: () => this.#fail(new Error('every way to the peer has ended')),
    })
    this.#limit = new LimitSignal(0, this.#sender, () => this.#receiveWindow.tell())
    this.#streamLink = this.#makeStreamLink()
    this.#listen(relay)
  }

  get isDirect(): boolean {
    return this.#ways.isDirect
  }

  /** Of the way in use. */
  get roundTripMs(): number {
    return this.#sender.path.roundTrip.smoothedMs
  }

  /** How many streams have not ended, at both ends. */
  get streamCount(): number {
    return this.#streams.size
  }

  /** A stream to the peer. Throws when there are too many, or the link has ended. */
  openStream(): Duplex {
    if (this.#isClosed) throw new Error('the link has ended')
    if (this.#opened >= maxOpened) throw new Error(`there are ${maxOpened} streams already`)
    const id = this.#nextOwn
    this.#nextOwn += 2
    this.#opened += 1
    const stream = this.#addStream(id)
    stream.outgoing.open()
    return stream
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
    this.#fail(undefined)
  }

  #listen(way: PacketWay): void {
    const receiver = this.#receiver(way)
    way.onPacket((packet) => this.#onPacket(packet, way, receiver))
    way.onEnd(() => {
      if (!this.#isClosed) this.#ways.onWayEnd(way)
    })
  }

  #onPacket(packet: Uint8Array, way: PacketWay, receiver: FrameReceiver): void {
    if (this.#isClosed) return
    const opened = this.#seal.open(packet)
    if (!opened) return
    this.#heardAtMs = this.#clock.now()
    this.#ways.heard(way)
    this.#turn ??= this.#clock.after(0, () => this.#onTurn())
    if (!this.#acknowledging.take(opened.number)) return
    try {
      if (readFrames(opened.frames, receiver)) this.#acknowledging.owe()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#fail(error)
    }
  }

  #receiver(way: PacketWay): FrameReceiver {
    return {
      onData: (id, offset, bytes) => this.#arrive(id, (stream) => stream.incoming.add(offset, bytes)),
      onEnd: (id, size) => this.#arrive(id, (stream) => stream.incoming.end(size)),
      onReset: (id, size) => this.#arrive(id, (stream) => stream.onReset(size)),
      onWindow: (id, limit) => this.#onWindow(id, limit),
      onAck: (ack) => this.#sender.onAck(ack, way),
      onProbe: (token) => this.#sender.sendAside(way, (writer) => writer.echo(token)),
      onEcho: (token) => this.#ways.onEcho(token, way),
      onBack: () => this.#ways.onBack(),
      onBye: () => this.#finish(undefined),
    }
  }

  #arrive(id: number, take: (stream: CarryStream) => void): void {
    const stream = this.#streams.get(id) ?? this.#accept(id)
    if (!stream) return
    take(stream)
    this.#arrived.add(stream)
  }

  /** The peer's stream `id`, with those before it that have not been heard of: their packets may come later. Undefined for one that has ended. */
  #accept(id: number): CarryStream | undefined {
    if (id % 2 !== this.#nextPeer % 2) {
      if (id >= this.#nextOwn || id === 0) throw new WireError(`stream ${id} was never opened`)
      return undefined
    }
    if (id < this.#nextPeer) return undefined
    const opened = (id - this.#nextPeer) / 2 + 1
    if (this.#streams.size - this.#opened + opened > 2 * maxOpened) throw new WireError('too many streams')
    const from = this.#nextPeer
    this.#nextPeer = id + 2
    for (let next = from; next <= id; next += 2) this.#options.onStream(this.#addStream(next))
    return this.#streams.get(id)
  }

  #onWindow(id: number, limit: number): void {
    if (id !== 0) {
      this.#streams.get(id)?.outgoing.raiseLimit(limit)
      return
    }
    if (limit <= this.#sendLimit) return
    this.#sendLimit = limit
    for (const stream of this.#streams.values()) if (stream.hasMore) this.#sender.activate(stream)
  }

  /** Once for all that came together. */
  #onTurn(): void {
    this.#turn = undefined
    const arrived = [...this.#arrived]
    this.#arrived.clear()
    for (const stream of arrived) stream.deliver()
    this.#sender.pump()
  }

  #addStream(id: number): CarryStream {
    const stream = new CarryStream(id, this.#streamLink)
    this.#streams.set(id, stream)
    return stream
  }

  #makeStreamLink(): StreamLink {
    const link = this
    return {
      arrive: (bytes) => this.#receiveWindow.arrive(bytes),
      passOn: (bytes) => {
        if (this.#receiveWindow.passOn(bytes)) this.#limit.want()
      },
      get room() {
        return link.#sendLimit - link.#sentBytes
      },
      use: (bytes) => {
        this.#sentBytes += bytes
      },
      activate: (stream) => this.#sender.activate(stream),
      tellLimit: (stream) => this.#limitOf(stream).want(),
      forget: (stream) => this.#forget(stream),
    }
  }

  #limitOf(stream: CarryStream): LimitSignal {
    const known = this.#limits.get(stream)
    if (known) return known
    const limit = new LimitSignal(stream.id, this.#sender, () => stream.incoming.tellLimit())
    this.#limits.set(stream, limit)
    return limit
  }

  #forget(stream: CarryStream): void {
    this.#streams.delete(stream.id)
    this.#sender.deactivate(stream)
    if (stream.id % 2 === this.#nextOwn % 2) this.#opened -= 1
  }

  #move(
    way: PacketWay,
    { isOldDead, roundTripMs }: { isOldDead: boolean; roundTripMs: number | undefined },
  ): void {
    const path = new Path(way, { nowMs: this.#clock.now(), roundTripMs: roundTripMs ?? guessedRoundTripMs })
    this.#sender.usePath(path, { isOldDead })
    this.#options.onWay?.(this.#ways.isDirect ? 'direct' : 'relay')
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

  #fail(error: Error | undefined): void {
    if (this.#isClosed) return
    for (const way of this.#ways.all) this.#sender.sendAside(way, (writer) => writer.bye())
    this.#finish(error)
  }

  #finish(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const stream of [...this.#streams.values()]) stream.cut()
    this.#streams.clear()
    this.#arrived.clear()
    this.#turn?.[Symbol.dispose]()
    this.#acknowledging[Symbol.dispose]()
    this.#sender[Symbol.dispose]()
    this.#ways[Symbol.dispose]()
    this.#end(error)
  }
}
