import { Duplex } from 'node:stream'
import { ArrivingBytes, type StreamArrival } from './arriving-bytes.ts'

/** What a stream needs from the carrier beneath it. */
export interface StreamCarrier {
  /** There is room for more of the peer's bytes. */
  resumeStream(): void
  /** Calls back when there is room for more. */
  sendStreamData(chunk: Uint8Array, done: () => void): void
  /** Nothing more will be written. */
  endStream(): void
  /** The stream was destroyed before both directions had ended. */
  resetStream(): void
  /** What waited of the peer's bytes is not what the specification allows. */
  breakOff(error: unknown): void
}

/**
 * One stream on a carrier: a Duplex with half-close. Once both directions have ended, the carrier serves another stream
 * while bytes that arrived may still wait here to be read. Before it has a carrier, what is written waits.
 */
export class CarrierStream extends Duplex {
  #carrier: StreamCarrier | undefined
  #isWaiting = true
  /** What was written, or the end, before there was a carrier: a Duplex has one of them under way at a time. */
  #held: (() => void) | undefined
  readonly #arriving = new ArrivingBytes({
    push: (bytes) => this.push(bytes),
    onTurn: () => this._read(),
  })

  constructor() {
    super({ allowHalfOpen: true, decodeStrings: true, readableHighWaterMark: 256 * 1024 })
    // A reset can arrive before the owner has the stream: an unhandled error would end the process. It is always
    // followed by `close`, which the owner handles.
    this.on('error', () => undefined)
  }

  /** From now on `carrier` carries it, beginning with what has waited. */
  attach(carrier: StreamCarrier): void {
    this.#carrier = carrier
    this.#isWaiting = false
    const held = this.#held
    this.#held = undefined
    held?.()
  }

  /** The carrier was lost before it had carried anything: another one may be attached. */
  wait(): void {
    this.#carrier = undefined
    this.#isWaiting = true
  }

  /** The carrier is no longer this stream's: both directions have ended. */
  detach(): void {
    this.#carrier = undefined
    this.#isWaiting = false
  }

  /** Bytes of the peer, or its end. Answers whether there is room for more; throws a WireError for a broken block. */
  arrive(arrival: StreamArrival): boolean {
    return this.#arriving.add(arrival)
  }

  override _read(): void {
    try {
      if (this.#arriving.release()) this.#carrier?.resumeStream()
    } catch (error) {
      this.#carrier?.breakOff(error)
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    if (this.#carrier) this.#carrier.sendStreamData(chunk, done)
    else if (this.#isWaiting) this.#held = () => this._write(chunk, encoding, done)
    else done()
  }

  override _final(done: () => void): void {
    if (this.#isWaiting) {
      this.#held = () => this._final(done)
      return
    }
    this.#carrier?.endStream()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const carrier = this.#carrier
    this.#carrier = undefined
    this.#isWaiting = false
    this.#held = undefined
    this.#arriving.clear()
    carrier?.resetStream()
    done(error)
  }
}
