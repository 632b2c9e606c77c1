import { WireError } from '../../wire/bytes.ts'

/** How much the peer may send, of one stream or of all together. It grows as bytes are passed on to their reader. */
export class ReceiveWindow {
  readonly #size: number
  #arrived = 0
  #passedOn = 0
  #told: number

  constructor(size: number) {
    this.#size = size
    this.#told = size
  }

  /** Bytes that are new have come. Throws WireError beyond what the peer was told. */
  arrive(bytes: number): void {
    this.#arrived += bytes
    if (this.#arrived > this.#told) throw new WireError('more bytes than their window')
  }

  /** Bytes have been read, or nobody wants them. Returns whether the peer should be told the new limit. */
  passOn(bytes: number): boolean {
    this.#passedOn += bytes
    return this.#passedOn + this.#size - this.#told >= this.#size / 4
  }

  /** The limit to tell now. */
  tell(): number {
    this.#told = this.#passedOn + this.#size
    return this.#told
  }
}
