/** What every way carries (RFC 9000 §14: UDP payload). */
export const basePacketBytes = 1_200

/** The search ends when it is this close. */
const closeEnoughBytes = 16

/** A packet of one size is tried so often: one may get lost for any reason. */
const maxTries = 3

/**
 * The longest packet that one way carries, found by sending longer ones that hold nothing (RFC 8899). What is found to be lost
 * with all that is sent, a "black hole", ends the search.
 */
export class PacketSize {
  bytes: number
  #high: number
  #tries = 0

  constructor(maxBytes: number) {
    this.bytes = Math.min(basePacketBytes, maxBytes)
    this.#high = maxBytes
  }

  /** The size to try next, or undefined once the search has ended. */
  get probeBytes(): number | undefined {
    if (this.#high - this.bytes < closeEnoughBytes) return undefined
    // The longest first: mostly it fits.
    return this.#tries < maxTries ? this.#high : undefined
  }

  onArrived(bytes: number): void {
    if (bytes > this.bytes && bytes <= this.#high) {
      this.bytes = bytes
      this.#tries = 0
    }
  }

  onLost(bytes: number): void {
    if (bytes !== this.#high) return
    this.#tries += 1
    if (this.#tries < maxTries) return
    this.#high = Math.floor((this.bytes + this.#high) / 2)
    this.#tries = 0
  }

  /** Nothing arrives any more: longer packets may be why. */
  fallBack(): void {
    this.bytes = Math.min(this.bytes, basePacketBytes)
    this.#high = this.bytes
  }
}
