/** Pieces smaller than this are joined while they wait, so that a flood of one-byte frames costs what it weighs. */
const joinBelowBytes = 16_384
/** A datagram over the largest of UDP is no datagram. */
const maxMessageBytes = 65_536
/** Datagrams that nobody fetches are dropped, as UDP drops them. */
const maxWaitingDatagrams = 512
/** More than one chunk of a carrier can bring before the stream's kind is known. */
const maxWaitingMessages = 16_384

/**
 * What a peer has sent on one stream and the reader has not taken: messages, each in one piece, or, once joined, plain
 * bytes. Throws a `RangeError` where the peer goes too far.
 */
export class ArrivingMessages {
  kind: 'messages' | 'datagrams' | 'bytes' = 'messages'
  readonly #waiting: Buffer[] = []
  #parts: Buffer[] = []
  #partsBytes = 0

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Answers how many bytes were dropped. */
  add(part: Buffer, last: boolean): number {
    this.#parts.push(part)
    this.#partsBytes += part.length
    if (this.kind === 'bytes') return 0
    if (this.#partsBytes > maxMessageBytes) throw new RangeError('the peer sent an endless message')
    return last ? this.#complete() : 0
  }

  /** The carrier's chunk is used up: plain bytes become one piece. */
  settle(): void {
    if (this.kind === 'bytes' && this.#partsBytes > 0) this.#complete()
  }

  take(): Buffer | undefined {
    return this.#waiting.shift()
  }

  clear(): void {
    this.#waiting.length = 0
    this.#parts = []
    this.#partsBytes = 0
  }

  #complete(): number {
    const parts = this.#parts
    const bytes = this.#partsBytes
    this.#parts = []
    this.#partsBytes = 0
    if (this.kind === 'datagrams' && this.#waiting.length >= maxWaitingDatagrams) return bytes
    if (this.kind === 'messages' && this.#waiting.length >= maxWaitingMessages) {
      throw new RangeError('the peer sent too many messages ahead')
    }
    const last = this.#waiting.at(-1)
    const joins = this.kind === 'bytes' && last !== undefined && last.length + bytes <= joinBelowBytes
    // Always a copy: a view would keep the carrier's whole chunk in memory while it waits.
    const piece = Buffer.concat(joins ? [last, ...parts] : parts)
    if (joins) this.#waiting[this.#waiting.length - 1] = piece
    else this.#waiting.push(piece)
    return 0
  }
}
