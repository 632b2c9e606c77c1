import { unpackBlock } from '../packing/packed-block.ts'

/** Bytes of a stream as they come, packed or not; null: its end. */
export interface Arrival {
  readonly bytes: Uint8Array | null
  readonly isPacked: boolean
}

/**
 * What has arrived of a stream, in its order. A block is unpacked only when its reader has room: a peer that sends a little which
 * unpacks to a lot makes nothing grow here but by the little.
 */
export class ArrivingBytes {
  readonly #push: (bytes: Uint8Array | null) => boolean
  #waiting: Arrival[] = []
  #hasRoom = true

  /** `push` answers whether there is room for more. */
  constructor(push: (bytes: Uint8Array | null) => boolean) {
    this.#push = push
  }

  /** Answers whether there is room for more; throws a WireError for a broken block. */
  add(arrival: Arrival): boolean {
    if (this.#waiting.length > 0 || (arrival.isPacked && !this.#hasRoom)) this.#waiting.push(arrival)
    else this.#pass(arrival)
    return this.#hasRoom
  }

  /** The reader has room. Answers whether it has some left when all that has waited is passed on; throws as `add`. */
  release(): boolean {
    this.#hasRoom = true
    while (this.#hasRoom) {
      const next = this.#waiting.shift()
      if (!next) return true
      this.#pass(next)
    }
    return false
  }

  clear(): void {
    this.#waiting = []
  }

  #pass({ bytes, isPacked }: Arrival): void {
    this.#hasRoom = this.#push(bytes && isPacked ? unpackBlock(bytes) : bytes)
  }
}
