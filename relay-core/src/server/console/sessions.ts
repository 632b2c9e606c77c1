import { createHash, randomBytes } from 'node:crypto'

const lifetimeMs = 12 * 60 * 60_000
const mostSessions = 1_000

/** Who is logged in to the console. In memory: a restart asks for the password again. */
export class Sessions {
  readonly #now: () => number
  readonly #sessions = new Map<string, { expiresAtMs: number; ended: AbortController }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new session's token, for its cookie. */
  create(): { token: string; lifetimeMs: number } {
    for (const [key, { expiresAtMs }] of this.#sessions) if (expiresAtMs <= this.#now()) this.#end(key)
    const oldest = this.#sessions.keys().next()
    if (this.#sessions.size >= mostSessions && !oldest.done) this.#end(oldest.value)
    const token = randomBytes(32).toString('base64url')
    this.#sessions.set(digest(token), { expiresAtMs: this.#now() + lifetimeMs, ended: new AbortController() })
    return { token, lifetimeMs }
  }

  /** The signal fires when the session ends; undefined when there is no such session. */
  find(token: string | undefined): AbortSignal | undefined {
    if (token === undefined) return undefined
    const session = this.#sessions.get(digest(token))
    return session && session.expiresAtMs > this.#now() ? session.ended.signal : undefined
  }

  end(token: string | undefined): void {
    if (token !== undefined) this.#end(digest(token))
  }

  /** For a changed password, and at the end. */
  endAll(): void {
    for (const key of this.#sessions.keys()) this.#end(key)
  }

  #end(key: string): void {
    this.#sessions.get(key)?.ended.abort()
    this.#sessions.delete(key)
  }
}

/** The map is asked by digest, so that the time of the look-up tells nothing about a token. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
