import type { Socket } from 'node:net'
import { maxUseBytes } from '../../wire/direct-messages.ts'

type Counted = Pick<Socket, 'bytesRead' | 'bytesWritten'>

/** Bytes to the visitor and to the target. */
export interface Use {
  readonly downBytes: number
  readonly upBytes: number
}

/** What of a link's streams goes directly; what goes by the relay is counted there. */
export class UseCount {
  /** Of each connection to the target: what has been looked at. */
  readonly #seen = new Map<Counted, Use>()
  #isDirect = false
  #downBytes = 0
  #upBytes = 0

  /** Counts a connection to the target until the returned handle is disposed of. */
  add(socket: Counted): Disposable {
    this.#seen.set(socket, { downBytes: socket.bytesRead, upBytes: socket.bytesWritten })
    return {
      [Symbol.dispose]: () => {
        this.#look()
        this.#seen.delete(socket)
      },
    }
  }

  /** From now on the link's packets go this way. */
  goes(isDirect: boolean): void {
    this.#look()
    this.#isDirect = isDirect
  }

  /** What has not been taken yet, and no more than one report can tell of. */
  take(): Use {
    this.#look()
    const taken = {
      downBytes: Math.min(this.#downBytes, maxUseBytes),
      upBytes: Math.min(this.#upBytes, maxUseBytes),
    }
    this.#downBytes -= taken.downBytes
    this.#upBytes -= taken.upBytes
    return taken
  }

  #look(): void {
    for (const [socket, { downBytes, upBytes }] of this.#seen) {
      const { bytesRead, bytesWritten } = socket
      this.#seen.set(socket, { downBytes: bytesRead, upBytes: bytesWritten })
      if (!this.#isDirect) continue
      this.#downBytes += bytesRead - downBytes
      this.#upBytes += bytesWritten - upBytes
    }
  }
}
