import { unpackBlock } from '../packing/packed-block.ts'

/** Bytes of a stream as they come, packed or not; null: its end. */
export interface StreamArrival {
  readonly bytes: Uint8Array | null
  readonly isPacked: boolean
}

/**
 * This many blocks are unpacked before all other streams have had their turn. One chunk read from a socket can hold thousands of small ones, and
 * each takes some time, whether it unpacks to a byte or to 64 KiB.
 */
export const blocksPerTurn = 4

interface Reader {
  /** Answers whether there is room for more. */
  readonly push: (bytes: Uint8Array | null) => boolean
  /** What waited for the next turn can be released. */
  readonly onTurn: () => void
}

/**
 * What has arrived of a stream, in its order. A block is unpacked only when its reader has room: a peer that sends a little which
 * unpacks to a lot makes nothing grow here but by the little.
 */
export class ArrivingBytes {
  readonly #reader: Reader
  #waiting: StreamArrival[] = []
  #hasRoom = true
  #unpackedBlocks = 0
  #isResting = false

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Answers whether more may come now; throws a WireError for a broken block. */
  add(arrival: StreamArrival): boolean {
    const mustWait = arrival.isPacked && (!this.#hasRoom || this.#isResting)
    if (this.#waiting.length > 0 || mustWait) this.#waiting.push(arrival)
    else this.#pass(arrival)
    return this.#hasRoom && this.#waiting.length === 0
  }

  /** The reader has room. Answers whether it has some left when all that has waited is passed on; throws as `add`. */
  release(): boolean {
    this.#hasRoom = true
    while (this.#hasRoom && !this.#isResting) {
      const next = this.#waiting.shift()
      if (!next) return true
      this.#pass(next)
    }
    return this.#hasRoom && this.#waiting.length === 0
  }

  clear(): void {
    this.#waiting = []
  }

  #pass({ bytes, isPacked }: StreamArrival): void {
    this.#hasRoom = this.#reader.push(bytes && isPacked ? unpackBlock(bytes) : bytes)
    if (isPacked) this.#restIfManyBlocks()
  }

  #restIfManyBlocks(): void {
    this.#unpackedBlocks += 1
    if (this.#unpackedBlocks < blocksPerTurn) return
    this.#unpackedBlocks = 0
    this.#isResting = true
    setImmediate(() => {
      this.#isResting = false
      if (this.#hasRoom) this.#reader.onTurn()
    })
  }
}
