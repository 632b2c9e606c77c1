import { GatheredBytes } from './gathered-bytes.ts'

/** Pieces smaller than this are joined while they wait, so that a flood of one-byte frames costs no more than its bytes. */
const joinBelowBytes = 16_384
/** Anything larger than the largest UDP datagram is not a datagram. */
const maxMessageBytes = 65_536
/** Datagrams that nobody fetches are dropped, as UDP drops them. */
const maxWaitingDatagrams = 512
/** More than one chunk of a carrier can bring before the stream's kind is known. */
const maxWaitingMessages = 16_384

/**
 * What a peer has sent on one stream and the reader has not taken: messages, each in one piece, or, once joined, plain
 * bytes. Throws a `RangeError` where the peer exceeds a limit.
 */
export class ArrivingMessages {
  kind: 'messages' | 'datagrams' | 'bytes' = 'messages'
  readonly #waiting: Buffer[] = []
  /** Plain bytes of the carrier's chunk under way. */
  #parts: Buffer[] = []
  #partsBytes = 0
  /** A message whose last part has not arrived. */
  readonly #unfinished = new GatheredBytes()

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Returns how many bytes were dropped. */
  add(part: Buffer, last: boolean): number {
    if (this.kind === 'bytes') {
      // An empty part has no meaning here, and an endless series of them must leave nothing behind.
      if (part.length > 0) this.#parts.push(part)
      this.#partsBytes += part.length
      return 0
    }
    if (this.#unfinished.length + part.length > maxMessageBytes)
      throw new RangeError('the peer sent an endless message')
    // Always a copy: a view would keep the carrier's whole chunk in memory while it waits.
    if (last && this.#unfinished.length === 0) return this.#complete(Buffer.from(part))
    this.#unfinished.add(part)
    return last ? this.#complete(this.#unfinished.take()) : 0
  }

  /** The carrier's chunk is used up: plain bytes become one piece. */
  settle(): void {
    if (this.kind !== 'bytes') return
    // The parts of a message that arrived before the stream became plain bytes.
    if (this.#unfinished.length > 0) this.#join([this.#unfinished.take()])
    if (this.#partsBytes > 0) this.#join(this.#parts)
    this.#parts = []
    this.#partsBytes = 0
  }

  take(): Buffer | undefined {
    return this.#waiting.shift()
  }

  clear(): void {
    this.#waiting.length = 0
    this.#parts = []
    this.#partsBytes = 0
    this.#unfinished.clear()
  }

  #complete(message: Buffer): number {
    if (this.kind === 'datagrams' && this.#waiting.length >= maxWaitingDatagrams) return message.length
    if (this.#waiting.length >= maxWaitingMessages)
      throw new RangeError('the peer sent too many messages ahead')
    this.#waiting.push(message)
    return 0
  }

  #join(parts: readonly Buffer[]): void {
    const last = this.#waiting.at(-1)
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    if (last !== undefined && last.length + bytes <= joinBelowBytes)
      this.#waiting[this.#waiting.length - 1] = Buffer.concat([last, ...parts])
    else this.#waiting.push(Buffer.concat(parts))
  }
}
