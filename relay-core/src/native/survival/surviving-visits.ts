import { randomBytes } from 'node:crypto'
import { encodeResumed, encodeToken, tokenLength } from '../../wire/survival-messages.ts'
import type { FramedSocket } from '../carriers/framed-socket.ts'
import type { KeepingBudget } from './keeping-budget.ts'
import { SurvivingLink } from './surviving-link.ts'
import { SurvivingLinks } from './surviving-links.ts'
import type { VisitLink } from './visit-stream.ts'

/** Its visitor comes from there now; throws a RelayError where it may not. */
export type Move = (from: { address: string; port: number }) => void

interface Visit {
  readonly link: SurvivingLink
  readonly move: Move
}

/** At the relay: the visits of private tunnels that survive their connections, by what their visitors know. */
export class SurvivingVisits {
  readonly #budget: KeepingBudget
  readonly #visits = new Map<string, Visit>()
  readonly #byVisitId = new Map<string, SurvivingLinks>()
  #lastNumber = 0

  /** `budget`: what the relay may keep for all its peers. */
  constructor(budget: KeepingBudget) {
    this.#budget = budget
  }

  /** How many there are. */
  get size(): number {
    return this.#visits.size
  }

  /** Tells the visitor how it can come back; OPENED follows, and then the link. `visitId`: only who has proved it may. */
  begin(framed: FramedSocket, { visitId, move }: { visitId: Uint8Array; move: Move }): VisitLink {
    const token = randomBytes(tokenLength)
    framed.send(encodeToken(token))
    return (isNeeded) => {
      const id = hex(visitId)
      const place = this.#placeOf(id)
      this.#lastNumber += 1
      const link = new SurvivingLink(framed, { number: this.#lastNumber, place, isNeeded })
      const name = id + hex(token)
      this.#visits.set(name, { link, move })
      place.add(link)
      // Its visitor has most often gone another way by then, without having read the token, and does not come back.
      void framed.closed.then(() => {
        if (link.isCut && link.received.heard === 0) link.destroy()
      })
      void link.closed.then(() => {
        this.#visits.delete(name)
        if (place.size === 0) this.#byVisitId.delete(id)
      })
      return link
    }
  }

  /** False: there is no such visit, or not what its visitor misses. Throws as `move` does. */
  resume(
    framed: FramedSocket,
    { visitId, token, position, from }: VisitPlace & { position: number; from: Parameters<Move>[0] },
  ): boolean {
    const visit = this.#visits.get(hex(visitId) + hex(token))
    if (!visit?.link.canResumeFrom(position)) return false
    visit.move(from)
    const { link } = visit
    link.interrupt()
    framed.send(encodeResumed(link.received.position))
    link.goOn(framed, position)
    return true
  }

  /** Its visitor does not come back. */
  drop({ visitId, token }: VisitPlace): void {
    this.#visits.get(hex(visitId) + hex(token))?.link.onDropped()
  }

  /** Ends them all. Fulfils when their visitors have heard it, or after two seconds. */
  async close(): Promise<void> {
    await Promise.all([...this.#visits.values()].map(({ link }) => link.sayFarewell('shutdown')))
  }

  #placeOf(id: string): SurvivingLinks {
    const known = this.#byVisitId.get(id)
    if (known) return known
    const place = new SurvivingLinks(this.#budget, { acknowledgesInside: true })
    // Of a visit that is given up behind bytes unsent its visitor learns when it comes back, at once.
    place.begin({ drop: () => undefined })
    this.#byVisitId.set(id, place)
    return place
  }
}

interface VisitPlace {
  readonly visitId: Uint8Array
  readonly token: Uint8Array
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
