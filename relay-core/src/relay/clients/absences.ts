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

  /** `wasBehindPortal`: told by a new session only. One that was merely silent was not kept away by a login page it had met before. */
  onReturned(
    { instance, wasBehindPortal = false }: Pick<AgentSession, 'instance' | 'wasBehindPortal'>,
    atMs: number,
  ): void {
    const left = this.#left
    this.#left = undefined
    if (!left) return
    // The clock was set back meanwhile: nobody knows how long this one was, and the one before is not the last.
    if (atMs < left.sinceMs) this.#last = undefined
    if (atMs - left.sinceMs < minToldMs) return
    const isOther = left.instance !== '' && instance !== '' && left.instance !== instance
    const lostWhy = left.why === 'lost' && isOther ? 'restarted' : left.why
    // A login page keeps away what was lost, and what was started anew behind it: not what was switched off, nor what stopped and is back as the same program.
    const isKept = left.why === 'lost' || (left.why === 'stopped' && isOther)
    const why = wasBehindPortal && isKept ? 'portal' : lostWhy
    this.#last = { sinceMs: left.sinceMs, untilMs: atMs, why }
  }
}

function reasonOf(reason: string): AbsenceReason {
  if (reason === 'stopped') return 'stopped'
  return reason === 'disabled' || reason === 'removed' ? 'disabled' : 'lost'
}
