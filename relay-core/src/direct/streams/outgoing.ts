import type { FrameWriter } from '../packets/frame-writer.ts'
import { dataFrameBytes, streamFrameBytes } from '../packets/frames.ts'
import type { SentFrame } from './sent-packets.ts'

/** A piece is cut when it has to go again in shorter packets, but not to fill the last bytes of one. */
const minPieceBytes = 256

const nothing = new Uint8Array()

/** What all streams of a link may still send together. */
export interface SharedRoom {
  room(): number
  use(bytes: number): void
  /** They have arrived, or nobody waits for them any more. */
  free(bytes: number): void
}

export interface OutgoingEvents {
  /** There may be something to send, again or for the first time. */
  onMore(): void
  /** Something has been taken from what waits. */
  onTaken(): void
  /** The end, or the reset, has arrived: nothing of this direction is left. */
  onSettled(): void
}

/** A part of the stream until it is acknowledged. */
interface Piece {
  readonly offset: number
  /** Of a chunk that may be many times as long: let go of once they have arrived, since lost packets are remembered for longer. */
  bytes: Uint8Array
  /** It has arrived, or need not any more. */
  isDone: boolean
  /** What it was cut into, to be sent again in shorter packets. */
  halves?: readonly Piece[]
}

/**
 * The bytes of one stream that go to the peer: cut into pieces of packets, and kept until they are acknowledged.
 */
export class Outgoing {
  readonly #stream: number
  readonly #shared: SharedRoom
  readonly #events: OutgoingEvents
  /** Not sent yet. */
  readonly #chunks: Uint8Array[] = []
  #usedOfFirst = 0
  #queuedBytes = 0
  /** Lost, to be sent again; ascending. */
  #again: Piece[] = []
  #unackedPieces = 0
  #unackedBytes = 0
  #offset = 0
  /** This much may be unacknowledged, however far the peer raises the limit. */
  readonly #windowBytes: number
  #limit: number
  #ending: 'none' | 'end' | 'reset' = 'none'
  /** Whether the ending, or the stream's beginning, waits to be sent. */
  #isEndingDue = false
  #isOpeningDue = false
  #isEndingAcked = false
  #isSettled = false

  constructor(stream: number, windowBytes: number, shared: SharedRoom, events: OutgoingEvents) {
    this.#stream = stream
    this.#windowBytes = windowBytes
    this.#limit = windowBytes
    this.#shared = shared
    this.#events = events
  }

  /** What waits to be sent for the first time. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Tells the peer that the stream is there, before it has any bytes. */
  open(): void {
    this.#isOpeningDue = true
    this.#events.onMore()
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#ending !== 'none') return
    this.#chunks.push(bytes)
    this.#queuedBytes += bytes.length
    this.#events.onMore()
  }

  end(): void {
    if (this.#ending !== 'none') return
    this.#ending = 'end'
    this.#isEndingDue = true
    this.#events.onMore()
  }

  /** What has not arrived need not. No effect once the end has arrived. */
  reset(): void {
    if (this.#isSettled || this.#ending === 'reset') return
    this.#ending = 'reset'
    this.#isEndingAcked = false
    this.#isEndingDue = true
    this.#isOpeningDue = false
    for (const piece of this.#again.splice(0)) this.#letGo(piece)
    this.#chunks.length = 0
    this.#queuedBytes = 0
    this.#events.onMore()
  }

  /** The peer takes more. */
  raiseLimit(limit: number): void {
    if (limit <= this.#limit) return
    this.#limit = limit
    this.#events.onMore()
  }

  get hasMore(): boolean {
    if (this.#again.length > 0 || this.#isOpeningDue) return true
    if (this.#queuedBytes > 0) return this.#newRoom > 0
    return this.#isEndingDue
  }

  /** Puts the next frame into the packet; undefined if none has room there, or there is none. */
  fill(writer: FrameWriter): SentFrame | undefined {
    if (writer.room < dataFrameBytes + 1) return undefined
    const again = this.#nextAgain(writer.room - dataFrameBytes)
    if (again) return this.#send(again, writer)
    if (this.#again.length > 0) return undefined
    if (this.#queuedBytes > 0) {
      const length = Math.min(writer.room - dataFrameBytes, this.#newRoom)
      return length > 0 ? this.#send(this.#nextNew(length), writer) : undefined
    }
    if (this.#isOpeningDue) return this.#send(this.#cut(nothing), writer)
    return this.#isEndingDue && writer.room >= streamFrameBytes ? this.#sendEnding(writer) : undefined
  }

  get #newRoom(): number {
    const room = Math.min(this.#limit - this.#offset, this.#windowBytes - this.#unackedBytes)
    return Math.min(room, this.#shared.room())
  }

  #nextNew(maxLength: number): Piece {
    const first = this.#chunks[0] ?? new Uint8Array()
    const bytes = first.subarray(this.#usedOfFirst, this.#usedOfFirst + maxLength)
    this.#usedOfFirst += bytes.length
    if (this.#usedOfFirst === first.length) {
      this.#chunks.shift()
      this.#usedOfFirst = 0
    }
    this.#queuedBytes -= bytes.length
    this.#unackedBytes += bytes.length
    this.#shared.use(bytes.length)
    const piece = this.#cut(bytes)
    this.#events.onTaken()
    return piece
  }

  #cut(bytes: Uint8Array): Piece {
    const piece = { offset: this.#offset, bytes, isDone: false }
    this.#offset += bytes.length
    this.#unackedPieces += 1
    return piece
  }

  #nextAgain(room: number): Piece | undefined {
    let piece = this.#again.shift()
    while (piece?.isDone) piece = this.#again.shift()
    if (!piece || piece.bytes.length <= room) return piece
    if (room < minPieceBytes) {
      this.#again.unshift(piece)
      return undefined
    }
    const { offset, bytes } = piece
    const head: Piece = { offset, bytes: bytes.subarray(0, room), isDone: false }
    const tail: Piece = { offset: offset + room, bytes: bytes.subarray(room), isDone: false }
    piece.halves = [head, tail]
    piece.bytes = nothing
    this.#unackedPieces += 1
    this.#again.unshift(tail)
    return head
  }

  #send(piece: Piece, writer: FrameWriter): SentFrame {
    this.#isOpeningDue = false
    writer.data(this.#stream, piece.offset, piece.bytes)
    return {
      onAcked: () => {
        this.#letGo(piece)
        this.#settleIfDone()
      },
      onLost: () => {
        // A longer packet was cut meanwhile: its halves see to themselves.
        if (piece.isDone || piece.halves) return
        if (this.#ending === 'reset') {
          this.#letGo(piece)
          return
        }
        this.#putAgain(piece)
        this.#events.onMore()
      },
    }
  }

  /** What comes first in the stream goes first: its reader waits for it, and on a slow way the rest takes seconds. */
  #putAgain(piece: Piece): void {
    let index = this.#again.length
    while (index > 0 && (this.#again[index - 1]?.offset ?? 0) > piece.offset) index -= 1
    this.#again.splice(index, 0, piece)
  }

  #letGo(piece: Piece): void {
    if (piece.isDone) return
    piece.isDone = true
    const { length } = piece.bytes
    piece.bytes = nothing
    if (piece.halves) {
      for (const half of piece.halves) this.#letGo(half)
      return
    }
    this.#unackedPieces -= 1
    const wasFull = this.#unackedBytes >= this.#windowBytes
    this.#unackedBytes -= length
    this.#shared.free(length)
    if (wasFull && this.#queuedBytes > 0) this.#events.onMore()
  }

  #sendEnding(writer: FrameWriter): SentFrame {
    this.#isEndingDue = false
    const ending = this.#ending
    if (ending === 'end') writer.end(this.#stream, this.#offset)
    else writer.reset(this.#stream, this.#offset)
    return {
      onAcked: () => {
        if (this.#ending !== ending) return
        this.#isEndingAcked = true
        this.#settleIfDone()
      },
      onLost: () => {
        if (this.#isEndingAcked || this.#ending !== ending) return
        this.#isEndingDue = true
        this.#events.onMore()
      },
    }
  }

  #settleIfDone(): void {
    if (this.#isSettled || !this.#isEndingAcked) return
    if (this.#ending === 'end' && this.#unackedPieces > 0) return
    this.#isSettled = true
    this.#events.onSettled()
  }
}
