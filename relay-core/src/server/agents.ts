import type { AgentState } from '../api/models.ts'
import type { AgentSession } from './agent-session.ts'

/** Which lab boxes are online. One session a client: the newer one wins. */
export class Agents {
  readonly #sessions = new Map<number, AgentSession>()
  readonly #offlineSinceMs = new Map<number, number>()
  readonly #listeners = new Set<(clientId: number) => void>()

  /** Takes a session whose handshake is done. An older one of the same client is told `replaced` and ends. */
  add(session: AgentSession): void {
    const { clientId } = session
    const older = this.#sessions.get(clientId)
    this.#sessions.set(clientId, session)
    older?.close('replaced')
    void session.closed.then(() => {
      if (this.#sessions.get(clientId) !== session) return
      this.#sessions.delete(clientId)
      this.#offlineSinceMs.set(clientId, Date.now())
      this.#changed(clientId)
    })
    this.#changed(clientId)
  }

  get(clientId: number): AgentSession | undefined {
    return this.#sessions.get(clientId)
  }

  state(clientId: number): AgentState {
    const session = this.#sessions.get(clientId)
    if (!session) return { state: 'offline', sinceMs: this.#offlineSinceMs.get(clientId) ?? null }
    const { address, version, protocol, onlineSinceMs, roundTripMs, fingerprint } = session
    return {
      state: 'online',
      sinceMs: onlineSinceMs,
      address,
      version,
      protocol,
      roundTripMs,
      ...(fingerprint !== null && { fingerprint }),
    }
  }

  /** Called with the client's id after each change between online and offline. Returns how to stop. */
  onChange(listener: (clientId: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  closeAll(): void {
    for (const session of this.#sessions.values()) session.close('shutdown')
  }

  #changed(clientId: number): void {
    for (const listener of this.#listeners) listener(clientId)
  }
}
