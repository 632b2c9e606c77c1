import { createHash, randomBytes } from 'node:crypto'

/** From the click in the app to the page that exchanges it: a browser may have to start. */
const lifetimeMs = 60_000
const maxPasses = 100

/**
 * Passes into the console for who holds the admin key: each makes one session, once and soon. A pass is neither a password nor a
 * session, so that it may be handed to a browser. Kept by digest, so that the time of a look-up reveals nothing.
 */
export class ConsolePasses {
  readonly #now: () => number
  readonly #expiresAtMs = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  issue(): { token: string; expiresAtMs: number } {
    const [oldest] = this.#expiresAtMs.keys()
    if (this.#expiresAtMs.size >= maxPasses && oldest !== undefined) this.#expiresAtMs.delete(oldest)
    const token = randomBytes(32).toString('base64url')
    const expiresAtMs = this.#now() + lifetimeMs
    this.#expiresAtMs.set(digest(token), expiresAtMs)
    return { token, expiresAtMs }
  }

  /** Whether it lets in; it never does again. */
  redeem(token: string): boolean {
    const key = digest(token)
    const expiresAtMs = this.#expiresAtMs.get(key)
    this.#expiresAtMs.delete(key)
    return expiresAtMs !== undefined && expiresAtMs > this.#now()
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
