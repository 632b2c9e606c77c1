import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/**
 * TLS inside a stream of the stock mux, which has no half close: once the peer has closed, TLS has nobody left to send
 * its own close to, and fails, on some runtimes before the last bytes have been read. Here that is an orderly
 * end, just as without TLS.
 */
export class SecuredDuplex extends Duplex {
  readonly #secured: TLSSocket
  readonly #inner: Duplex
  #hasPeerEnded = false
  #pending: ((error?: Error | null) => void) | undefined

  /** `secured` has shaken hands over `inner`, and nothing has been read of it. */
  constructor(secured: TLSSocket, inner: Duplex) {
    super()
    this.#secured = secured
    this.#inner = inner
    secured.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) secured.pause()
    })
    secured.pause()
    secured.on('end', () => {
      this.#hasPeerEnded = true
      this.push(null)
    })
    secured.on('error', (error) => {
      if (!this.#hasPeerEnded) this.destroy(error)
    })
    secured.on('close', () => {
      if (this.#hasPeerEnded) this.#settle()
      else this.destroy(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' }))
    })
  }

  override _read(): void {
    this.#secured.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#hasPeerEnded || this.#secured.destroyed) {
      // As with the stream underneath: failing before the last bytes are read would lose them.
      done(
        this.readableEnded
          ? Object.assign(new Error('the peer has closed the stream'), { code: 'EPIPE' })
          : null,
      )
      return
    }
    this.#pending = done
    this.#secured.write(bytes, (error) => this.#settle(this.#hasPeerEnded ? null : error))
  }

  override _final(done: () => void): void {
    if (this.#hasPeerEnded || this.#secured.destroyed) {
      done()
      return
    }
    this.#pending = done
    this.#secured.end(() => this.#settle())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#secured.destroy()
    this.#inner.destroy()
    this.#settle()
    done(error)
  }

  #settle(error?: Error | null): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.(error)
  }
}
