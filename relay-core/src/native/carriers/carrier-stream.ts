import { Duplex } from 'node:stream'

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
}

/**
 * One stream on a carrier: a Duplex with half-close. Once both directions have ended, the carrier serves another stream
 * while bytes that arrived may still wait here to be read.
 */
export class CarrierStream extends Duplex {
  #carrier: StreamCarrier | undefined

  constructor(carrier: StreamCarrier) {
    super({ allowHalfOpen: true, decodeStrings: true, readableHighWaterMark: 256 * 1024 })
    this.#carrier = carrier
  }

  /** The carrier is no longer this stream's: both directions have ended. */
  detach(): void {
    this.#carrier = undefined
  }

  override _read(): void {
    this.#carrier?.resumeStream()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#carrier) this.#carrier.sendStreamData(chunk, done)
    else done()
  }

  override _final(done: () => void): void {
    this.#carrier?.endStream()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const carrier = this.#carrier
    this.#carrier = undefined
    carrier?.resetStream()
    done(error)
  }
}
