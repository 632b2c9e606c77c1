import type { Clock } from '@nps-desktop/relay-core/async'
import { cancelled } from '../ssh/ssh-errors.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { SharedOpening } from './shared-opening.ts'

/** One use of a machine's ssh session; dispose of it when done. */
export interface SessionUse extends Disposable {
  readonly session: SshSession
}

/** A person who goes from one page to the next finds the session open. */
const keptMs = 60_000

/** A session from its opening to its end, with those who use it. */
export class SharedSession {
  /** Its opening may ask the person. */
  readonly asks: boolean
  readonly #session: SharedOpening<SshSession>
  readonly #clock: Clock
  #isDropped = false
  #users = 0
  #unused: Disposable | null = null

  constructor(
    open: (signal: AbortSignal) => Promise<SshSession>,
    clock: Clock,
    onEnd: (ended: SharedSession) => void,
    asks: boolean,
  ) {
    this.asks = asks
    this.#clock = clock
    this.#session = new SharedOpening(open, () => {
      this.#unused?.[Symbol.dispose]()
      onEnd(this)
    })
  }

  get isUsable(): boolean {
    return this.#session.isUsable
  }

  async use(signal: AbortSignal): Promise<SessionUse> {
    this.#unused?.[Symbol.dispose]()
    this.#users++
    let isUsed = true
    const release = (): void => {
      if (!isUsed) return
      isUsed = false
      if (--this.#users > 0 || this.#session.hasEnded) return
      if (this.#session.isOpened) this.#unused = this.#clock.after(keptMs, () => this.end())
      else this.end()
    }
    try {
      const session = await this.#session.get({ signal })
      return { session, [Symbol.dispose]: release }
    } catch (error) {
      release()
      throw signal.aborted ? cancelled() : error
    }
  }

  /** What it led to is somewhere else now. */
  get isDropped(): boolean {
    return this.#isDropped
  }

  drop(): void {
    this.#isDropped = true
    this.end()
  }

  /** Idempotent. */
  end(): void {
    this.#session.end()
  }
}
