import { decodeNumber, encodeEnd, encodeReset } from '../../wire/stream-messages.ts'
import { WireError } from '../../wire/bytes.ts'
import { frameType, type FrameReceiver } from '../../wire/frame.ts'
import { type PackingAgreement, StreamPacker } from '../packing/stream-packer.ts'
import type { StreamArrival } from './arriving-bytes.ts'
import { CarrierStream, type StreamCarrier } from './carrier-stream.ts'
import { EarlyBytes } from './early-bytes.ts'
import type { FrameLink } from './frame-link.ts'

/** After our RESET the peer's bytes in transit are discarded; beyond this a new carrier is cheaper. */
const maxDiscardedBytes = 1024 * 1024

/** How long the peer may take to answer a RESET. */
const resetAnswerTimeoutMs = 5_000

export interface CarrierEvents {
  /** OPEN, OPENED or FAILED: the messages between streams. */
  onMessage(type: number, body: Uint8Array): void
  /** The stream has ended on both sides; the carrier can serve another. */
  onIdle(): void
}

/**
 * One connection that carries one stream at a time, at either end of it. Both sides end each stream, by END or RESET,
 * and then the connection serves the next one: thousands of short streams per second need no new connections.
 * spec/wire.md, "Streams", is the rule for each line here.
 */
export class Carrier implements StreamCarrier, FrameReceiver {
  readonly framed: FrameLink
  readonly #events: CarrierEvents
  readonly #packing: PackingAgreement
  #packer: StreamPacker | undefined
  #stream: CarrierStream | undefined
  /** A stream is under way, although its Duplex may be gone (we have reset it and wait for the peer). */
  #busy = false
  #number = 0
  #ownEnded = false
  #peerEnded = false
  #discardedBytes = 0
  #resetTimer: NodeJS.Timeout | undefined
  #early = new EarlyBytes()

  /** Takes `framed` over: from now on its frames come here. */
  constructor(framed: FrameLink, events: CarrierEvents, packing: PackingAgreement = {}) {
    this.framed = framed
    this.#events = events
    this.#packing = packing
    framed.receiver = this
    void framed.closed.then((error) => this.#onClosed(error))
  }

  get isIdle(): boolean {
    return !this.#busy && !this.framed.isClosed && !this.framed.isSpent
  }

  /** A stream is under way, or waits for the answer to its OPEN. */
  get isBusy(): boolean {
    return this.#busy
  }

  /** A stream would be lost with the connection: one is under way, or the peer may still miss the end of one. */
  get isNeeded(): boolean {
    return this.#early.isAnswered && (this.#busy || this.framed.owes)
  }

  /** Asking: some of the stream has been sent ahead of the answer, and may have reached the target. */
  get hasSentEarly(): boolean {
    // An agent that takes none is not asked: what is known of the carrier is of the stream before.
    return this.#early.isAsking && (this.#early.hasAny || this.#ownEnded)
  }

  /** The number for the next OPEN. From now on a late RESET of the stream before is known as one. */
  nextNumber(): number {
    this.#number = (this.#number + 1) >>> 0
    return this.#number
  }

  /** Begins stream `number`: both sides know that the target was reached. */
  startStream(number: number, stream = new CarrierStream()): CarrierStream {
    this.#begin(number, stream)
    this.#packWhereItPays()
    stream.attach(this)
    return stream
  }

  /** Our OPEN has been sent, to a peer that takes early data: some of `stream` goes ahead of the answer. */
  ask(number: number, stream: CarrierStream): void {
    this.#begin(number, stream, new EarlyBytes('asking'))
    stream.attach(this)
  }

  /** The peer's OPEN has arrived: early data may follow it, and waits in the stream. `isOpaque`: nothing of it shrinks, or may. */
  beAsked(number: number, { isOpaque = false } = {}): CarrierStream {
    const stream = new CarrierStream()
    this.#begin(number, stream, new EarlyBytes('asked'))
    if (!isOpaque) this.#packWhereItPays()
    return stream
  }

  /** OPENED was received or is about to be sent: the stream goes on. */
  opened(): void {
    const { isAsked } = this.#early
    this.#early.opened(this.framed)
    if (isAsked) this.#stream?.attach(this)
    this.#finishIfDone()
  }

  /** FAILED was received or is about to be sent: the carrier is idle. */
  refused(): void {
    this.#early.refused()
    this.#busy = false
    const stream = this.#stream
    this.#stream = undefined
    stream?.detach()
    // At the end that asked it has an owner, who learns why and ends it.
    if (this.#early.isRefused) stream?.destroy()
  }

  #begin(number: number, stream: CarrierStream, early = new EarlyBytes()): void {
    this.#busy = true
    this.#early = early
    this.#number = number
    this.#ownEnded = false
    this.#peerEnded = false
    this.#discardedBytes = 0
    this.#packer = undefined
    this.#stream = stream
  }

  #packWhereItPays(): void {
    const { line } = this.#packing
    if (line) this.#packer = new StreamPacker(line)
  }

  takesPacked(): boolean {
    return this.#packing.takesPacked === true
  }

  onMessage(type: number, body: Uint8Array): void {
    if (type === frameType.packed) {
      this.#onPacked(body)
    } else if (type === frameType.reset) {
      // A RESET may cross the peer's END and arrive after the stream: its number tells.
      if (!this.#busy || decodeNumber(body) !== this.#number) return
      if (!this.#early.isAnswered) throw new WireError('RESET before the answer to OPEN')
      this.#onPeerReset()
    } else if (type === frameType.end) {
      if (!this.#expectsBytes) throw new WireError('END without a stream')
      this.#peerEnded = true
      this.#stream?.arrive({ bytes: null, isPacked: false })
      this.#finishIfDone()
    } else if (this.#busy && !this.#early.isAsking) {
      throw new WireError(`frame of type ${type} within a stream`)
    } else {
      this.#events.onMessage(type, body)
    }
  }

  onData(part: Uint8Array): void {
    if (!this.#expectsBytes) throw new WireError('DATA without a stream')
    if (this.#early.arrived(part.length)) this.#arrived({ bytes: part, isPacked: false }, part.length)
  }

  #onPacked(body: Uint8Array): void {
    if (!this.takesPacked()) throw new WireError('PACKED that was not agreed on')
    if (!this.#expectsBytes || !this.#early.isAnswered || this.#early.isRefused)
      throw new WireError('PACKED without a stream')
    this.#arrived({ bytes: body, isPacked: true }, body.length)
  }

  #arrived(arrival: StreamArrival, length: number): void {
    if (this.#stream) {
      if (!this.#stream.arrive(arrival)) this.framed.pause()
      return
    }
    this.#discardedBytes += length
    if (this.#discardedBytes > maxDiscardedBytes) this.framed.destroy()
  }

  resumeStream(): void {
    this.framed.resume()
  }

  sendStreamData(chunk: Uint8Array, done: () => void): void {
    if (this.#early.isAsking) this.#early.send(chunk, this.framed, done)
    else if (this.#packer) this.#packer.send(chunk, this.framed, done)
    else this.framed.sendData(chunk, done)
  }

  endStream(): void {
    this.#ownEnded = true
    this.framed.send(encodeEnd())
    this.#finishIfDone()
  }

  breakOff(error: unknown): void {
    this.framed.destroy(error instanceof Error ? error : new Error(String(error)))
  }

  resetStream(): void {
    this.#stream = undefined
    this.#packer?.stop()
    // Between OPEN and its answer the end of the connection says it all.
    if (!this.#early.isAnswered) {
      this.framed.destroy()
      return
    }
    // A RESET behind bytes that wait for a slow peer would be late; ending the connection is not.
    if (this.framed.unsentBytes > 0) {
      this.framed.destroy()
      return
    }
    this.#ownEnded = true
    this.framed.send(encodeReset(this.#number))
    this.#finishIfDone()
    if (!this.#busy) return
    this.resumeStream()
    this.#resetTimer = setTimeout(() => this.framed.destroy(), resetAnswerTimeoutMs)
  }

  #onPeerReset(): void {
    this.#peerEnded = true
    this.#packer?.stop()
    const stream = this.#stream
    this.#stream = undefined
    if (!this.#ownEnded) {
      if (this.framed.unsentBytes > 0) this.framed.destroy()
      else this.framed.send(encodeReset(this.#number))
      this.#ownEnded = true
    }
    stream?.detach()
    stream?.destroy(Object.assign(new Error('reset by the other side'), { code: 'ECONNRESET' }))
    this.#finishIfDone()
  }

  /** The peer may send bytes of a stream, or its end. */
  get #expectsBytes(): boolean {
    return !this.#peerEnded && (this.#early.isRefused || (this.#busy && !this.#early.isAsking))
  }

  #finishIfDone(): void {
    if (!this.#early.isAnswered || !this.#ownEnded || !this.#peerEnded || !this.#busy) return
    clearTimeout(this.#resetTimer)
    this.#busy = false
    this.#stream?.detach()
    this.#stream = undefined
    if (this.framed.isClosed) return
    this.resumeStream()
    this.#events.onIdle()
  }

  #onClosed(error: Error | undefined): void {
    clearTimeout(this.#resetTimer)
    this.#packer?.stop()
    const stream = this.#stream
    this.#stream = undefined
    if (this.#early.isAsking && !this.hasSentEarly) {
      // Another carrier may take it.
      stream?.wait()
      return
    }
    stream?.detach()
    const lost = Object.assign(new Error('the carrier was lost'), { code: 'ECONNRESET' })
    // What the peer has done wrong is worth knowing.
    stream?.destroy(error instanceof WireError ? error : lost)
  }
}
