/** Of one block, in bytes. */
export const blockLength = 128 * 1024

/** This many blocks that nobody uses stay for the next one: as much as one carrier may keep. */
const maxFree = 32

/**
 * The memory in which chunks are kept. A chunk that was read from a socket is not kept itself: it would outlive the next collections
 * of garbage, so that the runtime would read into fresh memory all the time, whose pages the system has to clear first. To copy the bytes
 * into blocks that are used again and again is cheaper (docs/adr/0038-streams-that-survive.md).
 */
export class KeptBlocks {
  readonly #free: Uint8Array[] = []

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(blockLength)
  }

  /** Nobody reads it any more. */
  give(block: Uint8Array): void {
    if (this.#free.length < maxFree) this.#free.push(block)
  }
}
