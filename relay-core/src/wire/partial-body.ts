/** The bytes of one message, which come in several chunks. */
export class PartialBody {
  readonly #bytes: Uint8Array
  #length = 0

  constructor(length: number) {
    this.#bytes = new Uint8Array(length)
  }

  /** Takes what belongs to the message from `at` on. Answers where the rest of the chunk begins. */
  take(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#bytes.length - this.#length)
    this.#bytes.set(chunk.subarray(at, end), this.#length)
    this.#length += end - at
    return end
  }

  /** The whole message; undefined while bytes are missing. */
  get whole(): Uint8Array | undefined {
    return this.#length === this.#bytes.length ? this.#bytes : undefined
  }
}
