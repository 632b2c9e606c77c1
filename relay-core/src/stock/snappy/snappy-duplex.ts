import { Duplex } from 'node:stream'
import { SnappyDecoder, SnappyEncoder } from './snappy-frames.ts'

/**
 * Snappy over another stream, each direction by itself. One write is one chunk (past 65,536 bytes several), and one
 * chunk is one 'data' event, so datagrams keep their boundaries. Ending, failing and back-pressure pass through.
 */
export class SnappyDuplex extends Duplex {
  readonly #inner: Duplex
  readonly #encoder = new SnappyEncoder()
  readonly #decoder = new SnappyDecoder()

  constructor(inner: Duplex) {
    super()
    this.#inner = inner
    inner.on('data', (bytes: Buffer) => this.#decode(bytes))
    inner.pause()
    inner.on('end', () => this.push(null))
    inner.on('error', (error) => this.destroy(error))
    inner.on('close', () => {
      if (!inner.readableEnded)
        this.destroy(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' }))
    })
  }

  override _read(): void {
    this.#inner.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const whole = Buffer.concat(this.#encoder.encode(bytes))
    if (whole.length === 0) done()
    else this.#inner.write(whole, done)
  }

  override _final(done: () => void): void {
    this.#inner.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy()
    done(error)
  }

  #decode(bytes: Buffer): void {
    try {
      for (const chunk of this.#decoder.decode(bytes)) if (!this.push(chunk)) this.#inner.pause()
    } catch (error) {
      this.destroy(error as Error)
    }
  }
}
