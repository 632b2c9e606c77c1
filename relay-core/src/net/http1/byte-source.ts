import type { Duplex } from 'node:stream'

/** How much may wait to be read; a sender that goes on is stopped. */
const maxWaiting = 64 * 1024

/** What was asked for exceeds its limit. */
export class TooLong extends Error {}

/** The reading half of a stream, read piece by piece. Once created, it is the only reader, until `release`. */
export class ByteSource {
  readonly #stream: Duplex
  readonly #onEnd: (() => void) | undefined
  readonly #chunks: Buffer[] = []
  #size = 0
  #state: 'open' | 'ended' | 'broken' = 'open'
  #isHeld = false
  #wake: (() => void) | undefined

  /** `onEnd`: the far end has sent everything, whether that was read or not. */
  constructor(stream: Duplex, onEnd?: () => void) {
    this.#stream = stream
    this.#onEnd = onEnd
    stream.on('data', this.#onData).once('end', this.#onStreamEnd).once('close', this.#onClose)
    // An error is always followed by `close`.
    stream.on('error', () => undefined)
    if (stream.destroyed) this.#onClose()
    else stream.resume()
  }

  /** Bytes that have arrived and were not read. */
  get waiting(): number {
    return this.#size
  }

  /** Broken off: what arrived may be incomplete. */
  get isBroken(): boolean {
    return this.#state === 'broken'
  }

  /** The next byte, which is not consumed. Undefined: the stream has ended. */
  async peek(): Promise<number | undefined> {
    await this.#more()
    return this.#chunks[0]?.[0]
  }

  /** The next line with its end, as it came. Undefined: the stream ended before. Rejects with `TooLong`. */
  async line(maxBytes: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    let length = 0
    for (;;) {
      const chunk = this.#chunks[0]
      if (!chunk) {
        if (await this.#more()) continue
        return undefined
      }
      const end = chunk.indexOf(10)
      const count = end < 0 ? chunk.length : end + 1
      length += count
      if (length > maxBytes) throw new TooLong('a line is too long')
      parts.push(this.#take(chunk, count))
      if (end >= 0) return parts.length === 1 ? parts[0] : Buffer.concat(parts)
    }
  }

  /** Some bytes, at most this many. Undefined: the stream has ended. */
  async some(maxBytes: number): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#chunks[0]
      if (chunk) return this.#take(chunk, Math.min(chunk.length, maxBytes))
      if (!(await this.#more())) return undefined
    }
  }

  /** Leaves the stream, paused, to others. Returns what has arrived and was not read. */
  release(): Buffer {
    this.#stream.off('data', this.#onData).off('end', this.#onStreamEnd).off('close', this.#onClose)
    this.#stream.pause()
    return Buffer.concat(this.#chunks.splice(0))
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size >= maxWaiting) {
      this.#isHeld = true
      this.#stream.pause()
    }
    this.#wakeUp()
  }

  readonly #onStreamEnd = (): void => {
    this.#state = 'ended'
    this.#wakeUp()
    this.#onEnd?.()
  }

  readonly #onClose = (): void => {
    if (this.#state === 'open') this.#state = 'broken'
    this.#wakeUp()
  }

  #take(chunk: Buffer, count: number): Buffer {
    if (count === chunk.length) this.#chunks.shift()
    else this.#chunks[0] = chunk.subarray(count)
    this.#size -= count
    if (this.#isHeld && this.#size < maxWaiting / 2) {
      this.#isHeld = false
      this.#stream.resume()
    }
    return chunk.subarray(0, count)
  }

  /** False: no more will come. One reader at a time. */
  async #more(): Promise<boolean> {
    while (this.#chunks.length === 0 && this.#state === 'open') {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return this.#chunks.length > 0
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
