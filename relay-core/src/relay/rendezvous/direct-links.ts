import { RelayError } from '../../api/errors.ts'
import { withoutZone } from '../../net/address/plain-address.ts'
import type { Target } from '../../session/agent-session.ts'
import type { DirectUse, SeenFrom } from '../../wire/direct-messages.ts'
import type { SeenKeys } from './seen-keys.ts'

type Count = (direction: 'down' | 'up', bytes: number) => void

/** A connection of a tunnel, as a direct link counts as one. */
export interface LinkConnection {
  /** Aborts when the link has to end. */
  readonly signal: AbortSignal
  readonly count: Count
  leave(): void
}

/** What the visitor of a direct link has entered: a private tunnel, or a tunnel by a guest pass. */
export interface LinkEntrance {
  readonly clientId: number
  /** Lets a link in that is there already. Throws RelayError where it may not be, or no longer leads to the tunnel's target. */
  enter(visitor: string, target: Target): LinkConnection
  /** For what has passed a link that is not let in. */
  readonly count: Count
}

/** The session of a link's agent. */
export interface LinkSession {
  readonly clientId: number
  readonly closed: Promise<unknown>
  unlink?(id: Uint8Array): void
}

/** A visitor's request for a direct link, and the visit as long as it lasts. Its owner disposes of it. */
export interface DirectRequest extends Disposable {
  /** What the visitor has entered by: the 16 bytes of its HELLO. */
  readonly entrance: Uint8Array
  /** For the side that the relay sees at `address`. */
  seenFrom(address: string): SeenFrom
  /** The link is let in: where its bytes are counted, and whose end is its end. Throws RelayError `limit-reached` where the client has too many. */
  begin(session: LinkSession, connection: Pick<LinkConnection, 'signal' | 'count'>): void
  /** The visitor has gone by itself: the link may go on without the relay. */
  visitorHasGone(): void
}

/** As many links as an agent takes part in. */
const maxHeldOfClient = 16

/** Of one client at a time, those that its agent has yet to refuse among them: nobody takes up all that the relay has for all. */
const maxAskedOfClient = 64

/** How long after its end a link's last bytes may be reported. */
const lateMs = 10_000

/** More that have just ended are not remembered. */
const maxLate = 4_096

/** Reports that have come before the tunnels are open; more are not remembered. */
const maxEarly = 4_096

/** A link whose agent may report what has passed it. */
interface Known {
  readonly clientId: number
  readonly count: Count
  /** Of one that has no visit at the relay. */
  readonly leave?: () => void
  /** It has ended; only its last bytes are still to come. */
  readonly endedAtMs?: number
}

/**
 * The direct links that the relay has introduced the two ends of to each other. One whose visit has ended without the relay's doing goes on,
 * as does one from before a restart: its agent reports it, and here it becomes a connection again, or is ended.
 */
export class DirectLinks {
  readonly #keys: SeenKeys
  readonly #port: () => number
  readonly #now: () => number
  readonly #known = new Map<string, Known>()
  readonly #held = new Map<LinkSession, Set<() => void>>()
  /** What agents have reported that were sooner than the tunnels; undefined: they are open. */
  #early: (() => void)[] | undefined = []

  /** `port`: the first UDP port that answers, 0 for none. `now`: a clock that need not show the time of day. */
  constructor(keys: SeenKeys, port: () => number, now: () => number = () => performance.now()) {
    this.#keys = keys
    this.#port = port
    this.#now = now
  }

  /** The tunnels are open: from now on a link without one is ended. */
  begin(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const report of early) report()
  }

  /** @throws RelayError `limit-reached` */
  request(entrance: Uint8Array): DirectRequest {
    const issued = this.#keys.issue()
    if (!issued) throw new RelayError('limit-reached', 'The relay has as many direct links as it can have.')
    const { id, key } = issued
    const name = nameOf(id)
    let hasVisitor = true
    return {
      entrance,
      // A zone means nothing on another machine, and has no place in the message.
      seenFrom: (address) => ({ id, key, port: this.#port(), address: withoutZone(address) }),
      begin: (session, { signal, count }) => {
        if (this.#askedOf(session.clientId) >= maxAskedOfClient)
          throw new RelayError('limit-reached', 'The lab box has as many direct links as it can have.')
        this.#known.set(name, { clientId: session.clientId, count })
        signal.addEventListener('abort', () => {
          if (hasVisitor) session.unlink?.(id)
        })
      },
      visitorHasGone: () => {
        hasVisitor = false
      },
      [Symbol.dispose]: () => {
        issued[Symbol.dispose]()
        this.#ended(name)
      },
    }
  }

  /** `find`: what the report names, if that is there. A report of a link of another client is left out. */
  onUse(session: LinkSession, use: DirectUse, find: () => LinkEntrance | undefined): void {
    if (!this.#early || !use.link) this.#take(session, use, find())
    else if (this.#early.length < maxEarly) this.#early.push(() => this.#take(session, use, find()))
  }

  #take(session: LinkSession, use: DirectUse, entrance: LinkEntrance | undefined): void {
    const name = nameOf(use.id)
    const known = this.#known.get(name)
    if (known && known.clientId !== session.clientId) return
    // An older agent reports no link that has outlived its visit.
    const isOver = use.link?.hasEnded !== false
    const isKnown = known !== undefined && (isOver || known.endedAtMs === undefined)
    const to = isKnown ? known : (this.#takeUp(session, use, entrance) ?? known)
    if (use.downBytes > 0) to?.count('down', use.downBytes)
    if (use.upBytes > 0) to?.count('up', use.upBytes)
    if (isOver) this.#known.get(name)?.leave?.()
  }

  /** A link that has no visit here, or none any more, becomes a connection again, or is ended. */
  #takeUp(
    session: LinkSession,
    { id, link }: DirectUse,
    entrance: LinkEntrance | undefined,
  ): { count: Count } | undefined {
    if (!link) return undefined
    const isOfClient = entrance?.clientId === session.clientId
    if (isOfClient && link.hasEnded) return entrance
    try {
      if (!isOfClient || this.#heldOf(session.clientId) >= maxHeldOfClient) throw endedError()
      return this.#hold(session, id, entrance.enter(link.visitor, link))
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      if (!link.hasEnded) session.unlink?.(id)
      return isOfClient ? entrance : undefined
    }
  }

  #hold(session: LinkSession, id: Uint8Array, connection: LinkConnection): Known {
    const name = nameOf(id)
    const { clientId } = session
    const ofSession = this.#heldIn(session)
    const leave = () => {
      ofSession.delete(leave)
      connection.leave()
      if (this.#known.get(name) === held) this.#ended(name)
    }
    const held: Known = {
      clientId,
      count: (direction, bytes) => connection.count(direction, bytes),
      leave,
    }
    this.#known.set(name, held)
    connection.signal.addEventListener('abort', () => {
      session.unlink?.(id)
      leave()
    })
    ofSession.add(leave)
    return held
  }

  /** To be left with the session. One wait for its end serves all its links: an agent may report links without end. */
  #heldIn(session: LinkSession): Set<() => void> {
    const known = this.#held.get(session)
    if (known) return known
    const held = new Set<() => void>()
    this.#held.set(session, held)
    void session.closed.then(() => {
      this.#held.delete(session)
      for (const leave of held) leave()
    })
    return held
  }

  #heldOf(clientId: number): number {
    let count = 0
    for (const known of this.#known.values()) if (known.leave && known.clientId === clientId) count += 1
    return count
  }

  #askedOf(clientId: number): number {
    let count = 0
    for (const known of this.#known.values())
      if (!known.leave && known.endedAtMs === undefined && known.clientId === clientId) count += 1
    return count
  }

  /** Its last bytes are still under way. */
  #ended(name: string): void {
    const known = this.#known.get(name)
    if (!known) return
    const nowMs = this.#now()
    const { clientId, count } = known
    // At the end: they are in the order in which they have ended.
    this.#known.delete(name)
    this.#known.set(name, { clientId, count, endedAtMs: nowMs })
    let late = 0
    for (const [other, { endedAtMs }] of [...this.#known].toReversed()) {
      if (endedAtMs === undefined) continue
      late += 1
      if (late > maxLate || endedAtMs <= nowMs - lateMs) this.#known.delete(other)
    }
  }
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}

function endedError(): RelayError {
  return new RelayError('tunnel-stopped', 'The tunnel of this direct link is stopped.')
}
