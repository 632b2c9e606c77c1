import { SharedOpening } from '../lab-sessions/shared-opening.ts'
import type { SshDoor } from './ssh-door.ts'

/** A door that is opened once for everyone who wants it meanwhile; called off when nobody waits for it any more. */
export class SharedDoor {
  readonly #door: SharedOpening<SshDoor>
  #waiting = 0

  /** `onEnd` is called once, when there is no door or no longer one. */
  constructor(open: (signal: AbortSignal) => Promise<SshDoor>, onEnd: () => void) {
    this.#door = new SharedOpening(open, onEnd)
  }

  /** Being opened, or open. */
  get isUsable(): boolean {
    return this.#door.isUsable
  }

  /** The port of this laptop. Rejects as the opening does, and with the signal's reason. */
  async port(signal: AbortSignal): Promise<number> {
    this.#waiting++
    try {
      return (await this.#door.get({ signal })).port
    } finally {
      this.#waiting--
      if (this.#waiting === 0 && !this.#door.isOpened) this.close()
    }
  }

  /** Idempotent. */
  close(): void {
    this.#door.end()
  }
}
