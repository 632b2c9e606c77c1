import type { Absence, AbsenceReason } from '../../api/client-models.ts'
import type { AgentSession } from '../../session/agent-session.ts'

/** A shorter one is a change of networks, or npc being started again. */
const minToldMs = 30_000

/** When and why the agent of one client was last away. */
export class Absences {
  #left: { readonly sinceMs: number; readonly why: AbsenceReason; readonly instance: string } | undefined
  #last: Absence | undefined

  /** Undefined while it is not away. */
  get why(): AbsenceReason | undefined {
    return this.#left?.why
  }

  get last(): Absence | undefined {
    return this.#last
  }

  /** `reason`: how its link ended, as the session tells. */
  onLeft({ instance }: Pick<AgentSession, 'instance'>, reason: string, atMs: number): void {
    this.#left = { sinceMs: atMs, why: reasonOf(reason), instance }
  }

  /** `wasBehindPortal`: of a new session alone; one that was silent has lost nothing by a login page that was there before it. */
  onReturned(
    { instance, wasBehindPortal = false }: Pick<AgentSession, 'instance' | 'wasBehindPortal'>,
    atMs: number,
  ): void {
    const left = this.#left
    this.#left = undefined
    if (!left || atMs - left.sinceMs < minToldMs) return
    const isOther = left.instance !== '' && instance !== '' && left.instance !== instance
    const lostWhy = left.why === 'lost' && isOther ? 'restarted' : left.why
    // However it went, the login page has kept it away until now. Only a client that was switched off could not have come back without it.
    const why = wasBehindPortal && left.why !== 'disabled' ? 'portal' : lostWhy
    this.#last = { sinceMs: left.sinceMs, untilMs: atMs, why }
  }
}

function reasonOf(reason: string): AbsenceReason {
  if (reason === 'stopped') return 'stopped'
  return reason === 'disabled' || reason === 'removed' ? 'disabled' : 'lost'
}
