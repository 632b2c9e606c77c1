import { Duplex } from 'node:stream'
import { ArrivingMessages } from '../messages/arriving-messages.ts'
import { encodeBare, encodeDataRun, encodeWindow, muxFlag } from './mux-frames.ts'
import { MuxReceiveWindow, SendWindow } from './mux-windows.ts'

/** What a stream needs of its link. */
export interface MuxStreamLink {
  /** Hands frames to the carrier at once. */
  send(frames: Buffer): void
  /** Asks to be `pump`ed when the carrier has room. */
  wantsToSend(stream: MuxStream): void
  /** The peer knows the stream no longer; its id can be forgotten. */
  forget(stream: MuxStream): void
}

export interface MuxStreamOptions {
  receiveWindowBytes: number
  /** See `MuxLimits.halfCloseLingerMs`. */
  halfCloseLingerMs: number
}

/** How much one stream may send before the next one's turn. */
const quantumBytes = 65_536
/**
 * One stream of a stock mux. As on the wire there is no half close and no reset: CLOSE ends both directions, so
 * `end()` waits a little for the answer (see `halfCloseLingerMs`) and `destroy()` says CLOSE at once. After a CLOSE
 * from the peer the stream delivers what has arrived and ends; writing past that end fails with EPIPE.
 *
 * Message boundaries are kept until `joinMessages()` is called: one `write()` is one message, and each message
 * arrives as one 'data' event (`read()` and async iteration would join them). `dropWhenFull()` makes it datagrams.
 */
export class MuxStream extends Duplex {
  readonly id: number
  /** Called when the peer closes: an error makes the stream fail with it instead of ending normally. */
  failureOnPeerClose: (() => Error | undefined) | undefined
  readonly #link: MuxStreamLink
  readonly #sendWindow = new SendWindow()
  readonly #receiveWindow: MuxReceiveWindow
  readonly #halfCloseLingerMs: number
  readonly #arriving = new ArrivingMessages()
  #wantsRead = false
  #peerClosed = false
  #closeSent = false
  #bytesReceived = 0
  #writing: { bytes: Buffer; at: number; done: (error?: Error | null) => void } | undefined
  #lingering: { timer: NodeJS.Timeout; done: () => void } | undefined

  constructor(link: MuxStreamLink, id: number, options: MuxStreamOptions) {
    super({ readableHighWaterMark: quantumBytes, writableHighWaterMark: quantumBytes })
    this.#link = link
    this.id = id
    this.#receiveWindow = new MuxReceiveWindow(options.receiveWindowBytes)
    this.#halfCloseLingerMs = options.halfCloseLingerMs
  }

  /** Payload bytes the peer has sent on this stream. */
  get bytesReceived(): number {
    return this.#bytesReceived
  }

  /** Payload bytes, link info included, that the peer's application has read, as far as it has reported them. */
  get bytesReadByPeer(): number {
    return this.#sendWindow.acknowledged
  }

  /** From here on the stream is plain bytes. */
  joinMessages(): void {
    this.#arriving.kind = 'bytes'
  }

  /** From here on messages that find no room are dropped; the oldest are kept. */
  dropWhenFull(): void {
    this.#arriving.kind = 'datagrams'
  }

  /** Both ends know the stream: tells the peer how much it may send. */
  announceWindow(): void {
    this.#link.send(encodeWindow(this.id, 0, this.#receiveWindow.maxBytes))
  }

  /** Takes one data frame; `deliver` follows when the carrier's chunk is used up. */
  receive(payload: Buffer, last: boolean): void {
    this.#bytesReceived += payload.length
    if (!this.#receiveWindow.received(payload.length)) {
      this.destroy(new RangeError('the peer sent more than its window'))
      return
    }
    try {
      const dropped = this.#arriving.add(payload, last)
      if (dropped > 0) this.#reportRead(dropped)
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Passes on what has arrived, as far as the reader wants it. */
  deliver(): void {
    this.#arriving.settle()
    this.#lingering?.timer.refresh()
    this.#feedReader()
  }

  peerReported(consumed: number, max: number): void {
    if (this.#sendWindow.report(consumed, max) && this.#writing) this.#link.wantsToSend(this)
  }

  /** CLOSE from the peer: what has arrived is still delivered, then the stream ends. */
  peerClose(): void {
    if (this.#peerClosed) return
    const failure = this.failureOnPeerClose?.()
    this.#peerClosed = true
    if (failure) {
      this.destroy(failure)
      return
    }
    this.deliver()
    this.#sendClose()
    this.#finishWriting()
    this.#stopLingering()
  }

  /** Sends what window and quantum allow; returns whether there is more to send right now. */
  pump(): boolean {
    const writing = this.#writing
    if (!writing) return false
    const left = writing.bytes.length - writing.at
    const count = Math.min(left, this.#sendWindow.room, quantumBytes)
    if (count === 0) return false
    this.#sendWindow.sent(count)
    const part = writing.bytes.subarray(writing.at, writing.at + count)
    writing.at += count
    // Plain bytes end a message with every burst: a stock reader holds an unfinished message back.
    this.#link.send(encodeDataRun(this.id, part, this.#arriving.kind === 'bytes' || count === left))
    if (count === left) this.#finishWriting()
    // The callback may already have brought the next write.
    return this.#writing !== undefined && this.#sendWindow.room > 0
  }

  override _read(): void {
    this.#wantsRead = true
    this.#feedReader()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#peerClosed) {
      // The peer reads no more, but its last bytes may still wait for our reader: failing now would lose them.
      done(
        this.readableEnded
          ? Object.assign(new Error('the peer has closed the stream'), { code: 'EPIPE' })
          : null,
      )
      return
    }
    if (bytes.length === 0) {
      done()
      return
    }
    this.#writing = { bytes, at: 0, done }
    this.#link.wantsToSend(this)
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#peerClosed || this.#halfCloseLingerMs === 0) {
      this.#sendClose()
      done()
      return
    }
    const finish = () => {
      this.#sendClose()
      done()
    }
    this.#lingering = {
      timer: setTimeout(() => this.#stopLingering(), this.#halfCloseLingerMs),
      done: finish,
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#lingering?.timer)
    this.#lingering = undefined
    this.#arriving.clear()
    this.#sendClose()
    this.#finishWriting()
    done(error)
  }

  #finishWriting(): void {
    const done = this.#writing?.done
    this.#writing = undefined
    done?.()
  }

  #stopLingering(): void {
    if (!this.#lingering) return
    const { timer, done } = this.#lingering
    clearTimeout(timer)
    this.#lingering = undefined
    done()
  }

  #sendClose(): void {
    if (this.#closeSent) return
    this.#closeSent = true
    this.#link.send(encodeBare(muxFlag.close, this.id))
    this.#link.forget(this)
    // Nothing more will arrive: the id is forgotten on both sides.
    this.#peerClosed = true
    this.#feedReader()
  }

  #feedReader(): void {
    while (this.#wantsRead) {
      const piece = this.#arriving.take()
      if (!piece) break
      this.#wantsRead = this.push(piece)
      this.#reportRead(piece.length)
    }
    if (this.#peerClosed && this.#arriving.isEmpty && !this.readableEnded && !this.destroyed) this.push(null)
  }

  #reportRead(bytes: number): void {
    const consumed = this.#receiveWindow.consumed(bytes)
    if (consumed > 0 && !this.#closeSent) {
      this.#link.send(encodeWindow(this.id, consumed, this.#receiveWindow.maxBytes))
    }
  }
}
