import type { MachineSessions, UseOptions } from './machine-sessions.ts'
import type { SessionUse } from './shared-session.ts'

/** The shared sessions of the lab boxes. */
export class LabSessions {
  readonly #sessions: MachineSessions

  constructor(sessions: MachineSessions) {
    this.#sessions = sessions
  }

  /** See `MachineSessions.use`. */
  async use(labId: string, options: UseOptions): Promise<SessionUse> {
    return await this.#sessions.use({ kind: 'lab', id: labId }, options)
  }

  /** Calls back when a lab box that had a question for nobody has let the person in. */
  onSignedIn(listener: (labId: string) => void): Disposable {
    return this.#sessions.onSignedIn(({ kind, id }) => {
      if (kind === 'lab') listener(id)
    })
  }

  /** Opens the session with the person there to answer. */
  async signIn({ labId }: { labId: string }, { signal }: { signal: AbortSignal }): Promise<void> {
    using _use = await this.use(labId, { signal, asks: true })
  }

  /** Ends the session of a lab box whose address or sign-in is another one now. */
  drop(labId: string): void {
    this.#sessions.drop({ kind: 'lab', id: labId })
  }
}
