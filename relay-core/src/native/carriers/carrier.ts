import { decodeNumber, encodeEnd, encodeReset } from '../../wire/messages.ts'
import { WireError } from '../../wire/bytes.ts'
import { frameType, type FrameReceiver } from '../../wire/frame.ts'
import { CarrierStream, type StreamCarrier } from './carrier-stream.ts'
import type { FramedSocket } from './framed-socket.ts'

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
  readonly framed: FramedSocket
  readonly #events: CarrierEvents
  #stream: CarrierStream | undefined
  /** A stream is under way, although its Duplex may be gone (we have reset it and wait for the peer). */
  #busy = false
  #number = 0
  #ownEnded = false
  #peerEnded = false
  #discardedBytes = 0
  #resetTimer: NodeJS.Timeout | undefined

  /** Takes `framed` over: from now on its frames come here. */
  constructor(framed: FramedSocket, events: CarrierEvents) {
    this.framed = framed
    this.#events = events
    framed.receiver = this
    void framed.closed.then(() => this.#onClosed())
  }

  get isIdle(): boolean {
    return !this.#busy && !this.framed.isClosed
  }

  /** The number for the next OPEN. From now on a late RESET of the stream before is known as one. */
  nextNumber(): number {
    this.#number = (this.#number + 1) >>> 0
    return this.#number
  }

  /** Begins stream `number`: both sides know that the target was reached. */
  startStream(number: number): CarrierStream {
    this.#busy = true
    this.#number = number
    this.#ownEnded = false
    this.#peerEnded = false
    this.#discardedBytes = 0
    this.#stream = new CarrierStream(this)
    // The peer's RESET can arrive in one piece with its OPENED, before the caller has the stream: an
    // unhandled error would end the process. It is always followed by `close`, which the owner handles.
    this.#stream.on('error', () => undefined)
    return this.#stream
  }

  onMessage(type: number, body: Uint8Array): void {
    if (type === frameType.reset) {
      // A RESET may cross the peer's END and arrive after the stream: its number tells.
      if (this.#busy && decodeNumber(body) === this.#number) this.#onPeerReset()
    } else if (type === frameType.end) {
      if (!this.#busy || this.#peerEnded) throw new WireError('END without a stream')
      this.#peerEnded = true
      this.#stream?.push(null)
      this.#finishIfDone()
    } else if (this.#busy) {
      throw new WireError(`frame of type ${type} within a stream`)
    } else {
      this.#events.onMessage(type, body)
    }
  }

  onData(part: Uint8Array): void {
    if (!this.#busy || this.#peerEnded) throw new WireError('DATA without a stream')
    if (this.#stream) {
      if (!this.#stream.push(part)) this.framed.pause()
      return
    }
    this.#discardedBytes += part.length
    if (this.#discardedBytes > maxDiscardedBytes) this.framed.destroy()
  }

  resumeStream(): void {
    this.framed.resume()
  }

  sendStreamData(chunk: Uint8Array, done: () => void): void {
    this.framed.sendData(chunk, done)
  }

  endStream(): void {
    this.#ownEnded = true
    this.framed.send(encodeEnd())
    this.#finishIfDone()
  }

  resetStream(): void {
    this.#stream = undefined
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

  #finishIfDone(): void {
    if (!this.#ownEnded || !this.#peerEnded || !this.#busy) return
    clearTimeout(this.#resetTimer)
    this.#busy = false
    this.#stream?.detach()
    this.#stream = undefined
    if (this.framed.isClosed) return
    this.resumeStream()
    this.#events.onIdle()
  }

  #onClosed(): void {
    clearTimeout(this.#resetTimer)
    const stream = this.#stream
    this.#stream = undefined
    stream?.detach()
    stream?.destroy(Object.assign(new Error('the carrier was lost'), { code: 'ECONNRESET' }))
  }
}
