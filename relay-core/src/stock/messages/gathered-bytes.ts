/**
 * Pieces of something incomplete, in one buffer that doubles as it fills: a million pieces cost no more
 * than their bytes, and none keeps the chunk alive in which it came.
 */
export class GatheredBytes {
  #held: Buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What has been gathered: a view, good until the next call. */
  get bytes(): Buffer {
    return this.#held.subarray(0, this.#length)
  }

  add(piece: Uint8Array): void {
    const needed = this.#length + piece.length
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#held.length, 64))
      this.#held.copy(larger, 0, 0, this.#length)
      this.#held = larger
    }
    this.#held.set(piece, this.#length)
    this.#length = needed
  }

  /** Gives the buffer away and starts with a new one. */
  take(): Buffer {
    const all = this.bytes
    this.clear()
    return all
  }

  clear(): void {
    this.#held = Buffer.alloc(0)
    this.#length = 0
  }
}
