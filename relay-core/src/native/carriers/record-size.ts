import type { Duplex } from 'node:stream'
import { isSecure, maxRecordBytes } from '../../net/tls/secure-stream.ts'

/** Three packets: more are rarely let through at once by a connection that begins or has rested. */
export const smallRecordBytes = 4_000
/** TCP begins with ten packets and doubles with each round trip (RFC 6928): after this much without a rest it sends whole records at once. */
export const startBytes = 128 * 1024
/**
 * A connection that was given nothing for this long begins small again: TCP has not learnt how much the line carries from one that is not always
 * full, and BBR spreads 16 kB over half a round trip then. A slow line makes such pauses all the time, and small records cost it nothing.
 */
export const restMs = 20

/** The TLS of Node would keep them small for good: OpenSSL never makes records longer again than they once were. */
const canGrow = process.versions['bun'] !== undefined

/**
 * Keeps the TLS records small at the start of what a connection sends. A record can be read only when all of it has come, and with the
 * largest ones the first of them alone is more than TCP sends in its first round trip: what could go on to the visitor would wait for another.
 * It is 50 ms of 790 for a page in docs/wide-area.md.
 */
export class RecordSize {
  readonly #setSize: (bytes: number) => void
  readonly #nowMs: () => number
  /** As large as they can be costs the least for each byte. */
  #size = maxRecordBytes
  #sentBytes = 0
  #lastMs = Number.NEGATIVE_INFINITY

  /** Does nothing on a stream that is not TLS, and on Node. */
  constructor(stream: Duplex, nowMs = () => performance.now()) {
    this.#setSize =
      canGrow && isSecure(stream) ? (bytes) => void stream.setMaxSendFragment(bytes) : () => undefined
    this.#nowMs = nowMs
  }

  /** To be called before this many bytes are written. */
  sends(bytes: number): void {
    const nowMs = this.#nowMs()
    if (nowMs - this.#lastMs >= restMs) this.#sentBytes = 0
    this.#lastMs = nowMs
    const size = this.#sentBytes < startBytes ? smallRecordBytes : maxRecordBytes
    this.#sentBytes += bytes
    if (size === this.#size) return
    this.#size = size
    this.#setSize(size)
  }
}
