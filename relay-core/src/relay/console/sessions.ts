import { createHash, randomBytes } from 'node:crypto'

const lifetimeMs = 12 * 60 * 60_000
const maxSessions = 1_000
/** From asking for a ticket to the WebSocket that it opens. */
const ticketLifetimeMs = 30_000
const maxTickets = 1_000

/** Who is logged in to the console. In memory: a restart asks for the password again. */
export class Sessions {
  readonly #now: () => number
  readonly #sessions = new Map<string, Session>()
  /** Tickets, each of which opens one WebSocket: by digest, the session it belongs to. */
  readonly #tickets = new Map<string, { session: Session; expiresAtMs: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new session's token. The session ends by itself, and what it has opened ends with it. */
  create(): { token: string; lifetimeMs: number } {
    const oldest = this.#sessions.keys().next()
    if (this.#sessions.size >= maxSessions && !oldest.done) this.#end(oldest.value)
    const token = randomBytes(32).toString('base64url')
    const key = digest(token)
    const timer = setTimeout(() => this.#end(key), lifetimeMs).unref()
    this.#sessions.set(key, { expiresAtMs: this.#now() + lifetimeMs, ended: new AbortController(), timer })
    return { token, lifetimeMs }
  }

  /** The signal fires when the session ends; undefined when there is no such session. */
  find(token: string | undefined): AbortSignal | undefined {
    return this.#find(token)?.ended.signal
  }

  /** A ticket that opens one WebSocket for this session, for a short time: unlike the token it may be part of a URL. */
  ticket(token: string | undefined): string | undefined {
    const session = this.#find(token)
    if (!session) return undefined
    const oldest = this.#tickets.keys().next()
    if (this.#tickets.size >= maxTickets && !oldest.done) this.#tickets.delete(oldest.value)
    const ticket = randomBytes(32).toString('base64url')
    this.#tickets.set(digest(ticket), { session, expiresAtMs: this.#now() + ticketLifetimeMs })
    return ticket
  }

  /** The signal of the ticket's session; undefined for a ticket that is wrong, old or used. */
  redeem(ticket: string): AbortSignal | undefined {
    const key = digest(ticket)
    const found = this.#tickets.get(key)
    this.#tickets.delete(key)
    if (!found || found.expiresAtMs <= this.#now() || found.session.ended.signal.aborted) return undefined
    return found.session.ended.signal
  }

  end(token: string | undefined): void {
    if (token !== undefined) this.#end(digest(token))
  }

  /** For a changed password, and at the end. */
  endAll(): void {
    for (const key of this.#sessions.keys()) this.#end(key)
    this.#tickets.clear()
  }

  #find(token: string | undefined): Session | undefined {
    if (token === undefined) return undefined
    const key = digest(token)
    const session = this.#sessions.get(key)
    if (!session || session.expiresAtMs > this.#now()) return session
    this.#end(key)
    return undefined
  }

  #end(key: string): void {
    const session = this.#sessions.get(key)
    if (!session) return
    this.#sessions.delete(key)
    clearTimeout(session.timer)
    session.ended.abort()
  }
}

interface Session {
  readonly expiresAtMs: number
  readonly ended: AbortController
  readonly timer: NodeJS.Timeout
}

/** The maps are keyed by digest, so that the time of a look-up reveals nothing about a token. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
