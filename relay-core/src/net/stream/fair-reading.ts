import { Socket } from 'node:net'
import type { Readable } from 'node:stream'

/**
 * How much may be read from one socket before all others have had their turn. Bun reads a socket that always has more up to eleven
 * times 512 KiB in one turn, Node 32 times 64 KiB: meanwhile someone else's keystroke would wait, at each hop
 * and in both directions (docs/adr/0011-fast-and-fair.md).
 */
const turnBytes = 256 * 1024

/** Reading from a socket, paused by its consumer or for the sake of the others; it resumes when neither wants it paused. */
export class FairReading {
  readonly #socket: Readable
  #bytes = 0
  #isHeld = false
  #isResting = false

  constructor(socket: Readable) {
    this.#socket = socket
  }

  /** The consumer has no room. */
  hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    if (!this.#isResting) this.#socket.pause()
  }

  /** The consumer has room, again or for the first time. */
  release(): void {
    this.#isHeld = false
    if (!this.#isResting && this.#socket.isPaused()) this.#socket.resume()
  }

  /** To be called for each chunk. A stream that is not a socket is fed by one that is paused. */
  took(bytes: number): void {
    if (!(this.#socket instanceof Socket)) return
    this.#bytes += bytes
    if (this.#bytes < turnBytes || this.#isResting) return
    this.#bytes = 0
    this.#isResting = true
    if (!this.#isHeld) this.#socket.pause()
    setImmediate(() => {
      this.#isResting = false
      if (!this.#isHeld) this.#socket.resume()
    })
  }
}
