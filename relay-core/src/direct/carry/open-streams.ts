import { WireError } from '../../wire/bytes.ts'
import { CarryStream, type StreamLink } from '../streams/carry-stream.ts'
import { LimitSignal } from './limit-signal.ts'
import type { PacketRole } from '../packets/packet-seal.ts'
import type { PacketSender } from './packet-sender.ts'
import { ReceiveWindow } from '../streams/receive-window.ts'

/** What all streams of a link together may have on their way, and as much may wait to be read. */
const linkWindowBytes = 16 * 1024 * 1024

/** Pieces of all streams that may wait for missing ones; of full packets the window holds fewer. */
const maxWaitingPieces = 16_384

/** Streams that one end may have opened. The other end takes twice as many: it may learn later that one has ended. */
const maxOpened = 1_024

/** The streams of one link, and the windows that they share. The visitor's have odd numbers, the agent's even ones. */
export class OpenStreams {
  readonly #sender: PacketSender
  readonly #onStream: (stream: CarryStream) => void
  readonly #streams = new Map<number, CarryStream>()
  readonly #arrived = new Set<CarryStream>()
  readonly #received = new ReceiveWindow(linkWindowBytes)
  readonly #limit: LimitSignal
  readonly #limits = new Map<CarryStream, LimitSignal>()
  readonly #link: StreamLink
  #nextOwn: number
  #nextPeer: number
  #openedOwn = 0
  #openedByPeer = 0
  #sendLimit = linkWindowBytes
  #sentBytes = 0
  #unackedBytes = 0
  /**
   * The streams together may send more than before: from the next turn on. What is freed outside of one (by a reset, or what is given up for lost)
   * may wait for that, since as long as the link is full something is under way, if only the reset itself, whose ACK brings a turn.
   */
  #hasMoreRoom = false
  #waitingPieces = 0

  constructor(role: PacketRole, sender: PacketSender, onStream: (stream: CarryStream) => void) {
    this.#sender = sender
    this.#onStream = onStream
    this.#nextOwn = role === 'visitor' ? 1 : 2
    this.#nextPeer = role === 'visitor' ? 2 : 1
    this.#limit = new LimitSignal(0, sender, () => this.#received.tell())
    this.#link = {
      arrive: (bytes) => this.#received.arrive(bytes),
      passOn: (bytes) => {
        if (this.#received.passOn(bytes)) this.#limit.want()
      },
      wait: (pieces) => {
        this.#waitingPieces += pieces
        if (pieces > 0 && this.#waitingPieces > maxWaitingPieces)
          throw new WireError('streams in too many pieces')
      },
      // What the peer allows is its own word; what is kept here has a bound of its own.
      room: () => Math.min(this.#sendLimit - this.#sentBytes, linkWindowBytes - this.#unackedBytes),
      use: (bytes) => {
        this.#sentBytes += bytes
        this.#unackedBytes += bytes
      },
      free: (bytes) => {
        if (this.#unackedBytes >= linkWindowBytes) this.#hasMoreRoom = true
        this.#unackedBytes -= bytes
      },
      activate: (stream) => sender.activate(stream),
      tellLimit: (stream) => this.#limitOf(stream).want(),
      forget: (stream) => this.#forget(stream),
    }
  }

  get count(): number {
    return this.#streams.size
  }

  /** Throws when there are too many. */
  open(): CarryStream {
    if (this.#openedOwn >= maxOpened) throw new Error(`there are ${maxOpened} streams already`)
    const id = this.#nextOwn
    this.#nextOwn += 2
    this.#openedOwn += 1
    const stream = this.#add(id)
    stream.outgoing.open()
    return stream
  }

  onData(id: number, offset: number, bytes: Buffer): void {
    const stream = this.#find(id)
    if (!stream) return
    stream.incoming.add(offset, bytes)
    this.#arrived.add(stream)
  }

  onEnd(id: number, size: number): void {
    const stream = this.#find(id)
    if (!stream) return
    stream.incoming.end(size)
    this.#arrived.add(stream)
  }

  onReset(id: number, size: number): void {
    this.#find(id)?.onReset(size)
  }

  onWindow(id: number, limit: number): void {
    if (id !== 0) {
      this.#streams.get(id)?.outgoing.raiseLimit(limit)
      return
    }
    if (limit <= this.#sendLimit) return
    this.#sendLimit = limit
    this.#hasMoreRoom = true
  }

  /** Hands what has come to its readers, and lets waiting streams send: once for all that came together. */
  deliver(): void {
    this.#useRoom()
    const arrived = [...this.#arrived]
    this.#arrived.clear()
    for (const stream of arrived) stream.deliver()
  }

  /** The link has ended. */
  cut(): void {
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    this.#arrived.clear()
    this.#limits.clear()
    for (const stream of streams) stream.cut()
  }

  #useRoom(): void {
    if (!this.#hasMoreRoom) return
    this.#hasMoreRoom = false
    for (const stream of this.#streams.values()) if (stream.hasMore) this.#sender.activate(stream)
  }

  /** Undefined for one that has ended. Those of the peer that have not been heard of are opened, with all before them: their packets may come later. */
  #find(id: number): CarryStream | undefined {
    const known = this.#streams.get(id)
    if (known) return known
    if (id % 2 !== this.#nextPeer % 2) {
      if (id === 0 || id >= this.#nextOwn) throw new WireError(`stream ${id} was never opened`)
      return undefined
    }
    if (id < this.#nextPeer) return undefined
    this.#openedByPeer += (id - this.#nextPeer) / 2 + 1
    if (this.#openedByPeer > 2 * maxOpened) throw new WireError('too many streams')
    const from = this.#nextPeer
    this.#nextPeer = id + 2
    for (let next = from; next <= id; next += 2) this.#onStream(this.#add(next))
    return this.#streams.get(id)
  }

  #add(id: number): CarryStream {
    const stream = new CarryStream(id, this.#link)
    this.#streams.set(id, stream)
    return stream
  }

  #limitOf(stream: CarryStream): LimitSignal {
    const known = this.#limits.get(stream)
    if (known) return known
    const limit = new LimitSignal(stream.id, this.#sender, () => stream.incoming.tellLimit())
    this.#limits.set(stream, limit)
    return limit
  }

  #forget(stream: CarryStream): void {
    if (!this.#streams.delete(stream.id)) return
    this.#limits.delete(stream)
    this.#sender.deactivate(stream)
    if (stream.id % 2 === this.#nextOwn % 2) this.#openedOwn -= 1
    else this.#openedByPeer -= 1
  }
}
