import { SharedOpening } from '../lab-sessions/shared-opening.ts'
import type { SshForward } from './ssh-forward.ts'

/** A forward that is opened once for everyone who wants it meanwhile; called off when nobody waits for it any more. */
export class SharedForward {
  readonly #forward: SharedOpening<SshForward>
  #waiting = 0

  /** `onEnd` is called once, when there is no forward or no longer one. */
  constructor(open: (signal: AbortSignal) => Promise<SshForward>, onEnd: () => void) {
    this.#forward = new SharedOpening(open, onEnd)
  }

  /** Being opened, or open. */
  get isUsable(): boolean {
    return this.#forward.isUsable
  }

  /** The port of this laptop. Rejects as the opening does, and with the signal's reason. */
  async port(signal: AbortSignal): Promise<number> {
    this.#waiting++
    try {
      return (await this.#forward.get({ signal })).port
    } finally {
      this.#waiting--
      if (this.#waiting === 0 && !this.#forward.isOpened) this.close()
    }
  }

  /** Idempotent. */
  close(): void {
    this.#forward.end()
  }
}
