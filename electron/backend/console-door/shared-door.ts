import { until } from '@nps-desktop/relay-core/async'
import { cancelled } from '../ssh/ssh-errors.ts'
import type { SshDoor } from './ssh-door.ts'

/** A door that is opened once for everyone who wants it meanwhile; called off when nobody waits for it any more. */
export class SharedDoor {
  readonly #door: Promise<SshDoor>
  readonly #stop = new AbortController()
  #opened: SshDoor | undefined
  #waiting = 0

  /** `open` may give a door although it was called off; `onEnd` is called once, when there is no door or no longer one. */
  constructor(open: (signal: AbortSignal) => Promise<SshDoor>, onEnd: () => void) {
    this.#door = this.#open(open)
    void this.#door.then((door) => door.closed).then(onEnd, onEnd)
  }

  /** Being opened, or open. */
  get isUsable(): boolean {
    return !this.#stop.signal.aborted && this.#opened?.isOpen !== false
  }

  /** The port of this laptop. Rejects as the opening does, and with the signal's reason. */
  async port(signal: AbortSignal): Promise<number> {
    this.#waiting++
    try {
      return (await until(this.#door, { signal })).port
    } finally {
      this.#waiting--
      if (this.#waiting === 0 && !this.#opened) this.close()
    }
  }

  /** Idempotent. */
  close(): void {
    this.#stop.abort(cancelled())
    this.#opened?.close()
  }

  async #open(open: (signal: AbortSignal) => Promise<SshDoor>): Promise<SshDoor> {
    const { signal } = this.#stop
    const door = await open(signal)
    if (signal.aborted) {
      door.close()
      throw cancelled()
    }
    this.#opened = door
    return door
  }
}
