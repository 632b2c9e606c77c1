import type { Duplex } from 'node:stream'
import type { HttpTimeoutOptions } from '../listen/http-timeouts.ts'
import { resetStream } from '../stream/splice.ts'
import { ByteSource } from './byte-source.ts'
import { Exchange } from './exchange.ts'
import { requestFraming } from './framing.ts'
import { parseRequestHead } from './head.ts'
import { readHeadLines } from './read-head.ts'

/** How long a visitor may take to hang up after the last answer, so that the answer is not lost in a reset. */
const lingerMs = 2_000

/** The server's side of one HTTP/1 connection: requests one after the other, each answered before the next is read. */
export class Conversation {
  readonly #stream: Duplex
  readonly #source: ByteSource
  readonly #timeouts: HttpTimeoutOptions
  readonly #maxHeadBytes: number
  #exchange: Exchange | undefined

  /** Takes the stream over; an `Exchange` may hand it on. */
  constructor(stream: Duplex, { maxHeadBytes, ...timeouts }: HttpTimeoutOptions & { maxHeadBytes: number }) {
    this.#stream = stream
    this.#timeouts = timeouts
    this.#maxHeadBytes = maxHeadBytes
    this.#source = new ByteSource(stream, () => this.#exchange?.visitorEnded())
  }

  /** The next request; undefined when there is none. Rejects with `BadHead`, after which only `end` is useful. */
  async next(): Promise<Exchange | undefined> {
    if (this.#exchange && !this.#exchange.isFollowed) return undefined
    const { headTimeoutMs, keepAliveTimeoutMs } = this.#timeouts
    const timer = setTimeout(
      () => this.#stream.destroy(),
      this.#exchange ? keepAliveTimeoutMs : headTimeoutMs,
    )
    this.#exchange = undefined
    try {
      const lines = await readHeadLines(this.#source, { maxBytes: this.#maxHeadBytes, of: 'request' })
      if (!lines) return undefined
      const head = parseRequestHead(lines)
      this.#exchange = new Exchange({
        stream: this.#stream,
        source: this.#source,
        head,
        framing: requestFraming(head),
      })
      return this.#exchange
    } finally {
      clearTimeout(timer)
    }
  }

  /** Sends the last answer, if any, and ends the connection in order. Fulfils when it is closed; never rejects. */
  async end(words?: Uint8Array): Promise<void> {
    if (this.#exchange?.isTakenOver) return
    const stream = this.#stream
    this.#source.release()
    if (stream.closed) return
    const closed = new Promise((resolve) => stream.once('close', resolve))
    if (stream.destroyed) {
      await closed
      return
    }
    let timer: NodeJS.Timeout | undefined
    stream.once('finish', () => (timer = setTimeout(() => resetStream(stream), lingerMs)))
    if (words) stream.end(words)
    else stream.end()
    // Nobody reads what it still sends.
    stream.resume()
    await closed
    clearTimeout(timer)
  }
}
