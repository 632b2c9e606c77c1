import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'

/** The bytes that have arrived in this process, and how fast they do. */
export class Flow {
  #bytes = 0

  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** Counts for `ms`, which is long enough for the granularity of one read not to matter. */
  measure(ms: number): Promise<{ bytes: number; seconds: number }> {
    const [bytesBefore, startedAt] = [this.#bytes, performance.now()]
    return new Promise((resolve) => {
      setTimeout(() => {
        resolve({ bytes: this.#bytes - bytesBefore, seconds: (performance.now() - startedAt) / 1000 })
      }, ms)
    })
  }
}

/**
 * As large as pays: beyond this the processor's cache is missed and a direct connection gets slower. Random, so that nobody who compresses
 * is faster than the line.
 */
const chunk = randomBytes(256 * 1024)

/** Writes as fast as the peer takes it, until the socket ends. */
export function fill(socket: Socket): void {
  const go = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', go)
  go()
}
