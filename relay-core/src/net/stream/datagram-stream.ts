import { Duplex } from 'node:stream'
import { resetStream } from './splice.ts'

/** How datagrams are framed in a stream of bytes. One object serves one stream. */
export interface DatagramFraming {
  /** The bytes to write for a datagram; undefined for one that cannot be carried, which is dropped. */
  encode(datagram: Uint8Array): Uint8Array | undefined
  /** Takes what has arrived and hands over each complete datagram; throws on what cannot be one. */
  decode(chunk: Uint8Array, onDatagram: (datagram: Uint8Array) => void): void
}

/** One write of the stream beneath is one datagram, and so is each of its 'data' events. */
export const unframed: DatagramFraming = {
  encode: (datagram) => datagram,
  decode: (chunk, onDatagram) => onDatagram(chunk),
}

/** How much may wait to be sent on one stream; anything beyond is dropped, as by a router with a full queue. */
const maxUnsentBytes = 512 * 1024

/**
 * Datagrams over a stream: one write is one, and so is each 'data' event, empty ones too. Never stops its writer: what
 * there is no room for is dropped. A reader that pauses stops the peer.
 */
export class DatagramStream extends Duplex {
  readonly #inner: Duplex
  readonly #framing: DatagramFraming

  constructor(inner: Duplex, framing: DatagramFraming) {
    super({ objectMode: true, allowHalfOpen: true })
    this.#inner = inner
    this.#framing = framing
    inner.on('data', (chunk: Buffer) => this.#take(chunk))
    inner.on('end', () => this.push(null))
    // Of either: an error is always followed by `close`.
    this.on('error', () => undefined)
    inner.on('error', () => undefined)
    inner.once('close', () => {
      if (!inner.readableEnded || !inner.writableFinished) this.destroy(inner.errored ?? undefined)
    })
  }

  override _read(): void {
    this.#inner.resume()
  }

  override _write(datagram: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const bytes = this.#framing.encode(datagram)
    if (bytes && !this.#inner.writableEnded && this.#inner.writableLength + bytes.length <= maxUnsentBytes) {
      this.#inner.write(bytes)
    }
    done()
  }

  override _final(done: () => void): void {
    this.#inner.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    resetStream(this.#inner)
    done(error)
  }

  #take(chunk: Uint8Array): void {
    try {
      this.#framing.decode(chunk, (datagram) => {
        if (this.destroyed) return
        const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.length)
        if (!this.push(bytes)) this.#inner.pause()
      })
    } catch (error) {
      this.destroy(error as Error)
    }
  }
}
