import { type Clock, until } from '@nps-desktop/relay-core/async'
import { cancelled } from '../ssh/ssh-errors.ts'
import type { SshSession } from '../ssh/ssh-session.ts'

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
  readonly #opening: Promise<SshSession>
  readonly #stop = new AbortController()
  readonly #clock: Clock
  readonly #onEnd: (ended: SharedSession) => void
  #session: SshSession | null = null
  #hasEnded = false
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
    this.#onEnd = onEnd
    this.#opening = this.#begin(open)
    // told to each who waits; there may be none left
    this.#opening.catch(() => undefined)
  }

  get isUsable(): boolean {
    return !this.#hasEnded && (this.#session?.isOpen ?? true)
  }

  async use(signal: AbortSignal): Promise<SessionUse> {
    this.#unused?.[Symbol.dispose]()
    this.#users++
    let isUsed = true
    const release = (): void => {
      if (!isUsed) return
      isUsed = false
      if (--this.#users > 0 || this.#hasEnded) return
      if (this.#session === null) this.end()
      else this.#unused = this.#clock.after(keptMs, () => this.end())
    }
    try {
      const session = await until(this.#opening, { signal })
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

  end(): void {
    this.#unused?.[Symbol.dispose]()
    this.#hasEnded = true
    this.#stop.abort(cancelled())
    this.#session?.close()
    this.#onEnd(this)
  }

  async #begin(open: (signal: AbortSignal) => Promise<SshSession>): Promise<SshSession> {
    try {
      const session = await open(this.#stop.signal)
      if (this.#hasEnded) {
        session.close()
        throw cancelled()
      }
      this.#session = session
      void session.closed.then(() => this.end())
      return session
    } catch (error) {
      this.end()
      throw error
    }
  }
}
