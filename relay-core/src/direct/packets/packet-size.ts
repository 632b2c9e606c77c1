/** What every way carries (RFC 9000 §14: UDP payload). */
export const basePacketBytes = 1_200

/** No packet is longer, whatever a way promises. */
export const maxPacketBytes = 1_500

/** The search ends when it is this close. */
const closeEnoughBytes = 16

/** A packet of one size is tried this often: one may get lost for any reason. */
const maxTries = 3

/**
 * The longest packet that one way carries, found by sending longer ones that hold nothing (RFC 8899). What is found to be lost
 * with all that is sent, a "black hole", ends the search.
 */
export class PacketSize {
  /** Packets of this length arrive. */
  bytes: number
  readonly #maxBytes: number
  /** Packets of this length do not, as far as is known. */
  #tooLong: number
  #tries = 0
  #isTrying = false

  /** `wayBytes`: what the way promises to try. */
  constructor(wayBytes: number) {
    const maxBytes = Math.min(wayBytes, maxPacketBytes)
    this.bytes = Math.min(basePacketBytes, maxBytes)
    this.#maxBytes = maxBytes
    this.#tooLong = maxBytes + 1
  }

  /** The size to try now: undefined while one is being tried, and once the search has ended. */
  get probeBytes(): number | undefined {
    return this.#isTrying ? undefined : this.#next
  }

  onTried(): void {
    this.#isTrying = true
  }

  onArrived(bytes: number): void {
    this.#isTrying = false
    if (bytes <= this.bytes || bytes >= this.#tooLong) return
    this.bytes = bytes
    this.#tries = 0
  }

  onLost(bytes: number): void {
    this.#isTrying = false
    if (bytes !== this.#next) return
    this.#tries += 1
    if (this.#tries < maxTries) return
    this.#tooLong = bytes
    this.#tries = 0
  }

  get #next(): number | undefined {
    // The longest first: mostly it arrives.
    if (this.#tooLong > this.#maxBytes && this.bytes < this.#maxBytes) return this.#maxBytes
    if (this.#tooLong - this.bytes <= closeEnoughBytes) return undefined
    return Math.floor((this.bytes + this.#tooLong) / 2)
  }

  /** Nothing arrives any more: longer packets may be why. */
  fallBack(): void {
    this.bytes = Math.min(this.bytes, basePacketBytes)
    this.#tooLong = this.bytes + 1
  }
}
