import { systemClock } from '../../async/time/clock.ts'
import { Signal } from '../../async/signals/signal.ts'
import type { AgentPresence } from '../../api/client-models.ts'
import { Leftovers, type Leftover } from '../../native/carriers/leftovers.ts'
import { hostOf } from '../../net/address/plain-address.ts'
import type { AgentSession, SessionEnd } from '../../session/agent-session.ts'
import { Absences } from './absences.ts'

type Displaced = NonNullable<(AgentPresence & { state: 'online' })['displaced']>

interface ClientEntry {
  current: AgentSession | undefined
  offlineSinceMs: number | null
  /** The agent that the current session has replaced. */
  displaced: Displaced | undefined
  readonly absences: Absences
  readonly leftovers: Leftovers<Left>
}

interface Left extends Leftover {
  readonly session: AgentSession
}

/** Which lab boxes are online. One session per client: the newer one wins. */
export class Agents {
  readonly #entries = new Map<number, ClientEntry>()
  readonly #changed = new Signal<[clientId: number]>()
  readonly #now: () => number

  constructor({ now = systemClock.now }: { now?: () => number } = {}) {
    this.#now = now
  }

  /**
   * Adds a session whose handshake is done. An older one of the same client is ended: silently if it is of the same program,
   * which has opened this one itself; one of another program is told `replaced`, and by whom.
   */
  add(session: AgentSession): void {
    const { clientId } = session
    const place = this.#place(clientId)
    const older = place.current
    place.current = session
    place.displaced = undefined
    const isSame = ({ instance }: AgentSession) => instance !== '' && instance === session.instance
    if (older && !isSame(older)) place.displaced = displacedBy(older, session)
    for (const one of [older, ...[...place.leftovers.all].map((left) => left.session)]) {
      if (!one) continue
      if (isSame(one)) one.endLink()
      else one.close('replaced', describe(session))
    }
    place.leftovers.keep()
    place.absences.onReturned(session, this.#now())
    session.onSilence?.(() => {
      if (place.current !== session) return
      if (session.isSilent) {
        place.offlineSinceMs = this.#now()
        place.absences.onLeft(session, 'silent', this.#now())
      } else place.absences.onReturned({ instance: session.instance }, this.#now())
      this.#changed.emit(clientId)
    })
    void session.closed.then(({ reason }) => {
      place.leftovers.add({
        session,
        streamsEnded: session.streamsEnded,
        endStreams: () => session.close('shutdown'),
      })
      if (place.current !== session) return
      place.leftovers.endLater()
      place.current = undefined
      if (!session.isSilent) {
        place.offlineSinceMs = this.#now()
        place.absences.onLeft(session, reason, this.#now())
      }
      this.#changed.emit(clientId)
    })
    this.#changed.emit(clientId)
  }

  /** The session of an agent that is online. */
  get(clientId: number): AgentSession | undefined {
    const current = this.#entries.get(clientId)?.current
    return current?.isSilent ? undefined : current
  }

  /**
   * For an agent that was replaced and asks whether it may return: undefined if it may, or who is online instead. That it
   * asks is kept for the screen, because it means that two machines have one key.
   */
  occupiedBy(
    clientId: number,
    asking: { address: string; hostname: string; instance: string },
  ): string | undefined {
    const place = this.#entries.get(clientId)
    const current = this.get(clientId)
    if (!place || !current || current.instance === asking.instance) return undefined
    const before = place.displaced
    place.displaced = {
      address: hostOf(asking.address),
      hostname: asking.hostname,
      atMs: before?.atMs ?? current.onlineSinceMs,
      askedAtMs: this.#now(),
    }
    this.#changed.emit(clientId)
    return describe(current)
  }

  state(clientId: number): AgentPresence {
    const place = this.#entries.get(clientId)
    const session = this.get(clientId)
    if (!place || !session) {
      const why = place?.absences.why
      return { state: 'offline', sinceMs: place?.offlineSinceMs ?? null, ...(why && { why }) }
    }
    const { last: lastAbsence } = place.absences
    const { address, version, protocol, onlineSinceMs, roundTripMs, fingerprint, hostname, origin } = session
    return {
      state: 'online',
      sinceMs: onlineSinceMs,
      address,
      version,
      protocol,
      roundTripMs,
      ...(fingerprint !== null && { fingerprint }),
      ...(hostname !== '' && { hostname }),
      ...(origin && { origin }),
      ...(place.displaced && { displaced: place.displaced }),
      ...(lastAbsence && { lastAbsence }),
    }
  }

  /** Calls back with the client's id after each change of what `state` says, until the returned handle is disposed of. */
  onChange(listener: (clientId: number) => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  /** Carriers that streams of earlier sessions still use. */
  leftCarriers(clientId: number): number {
    let count = 0
    for (const { session } of this.#entries.get(clientId)?.leftovers.all ?? []) count += session.carrierCount
    return count
  }

  /** Ends the client's session and all its streams, those of earlier sessions too. */
  end(clientId: number, reason: SessionEnd): void {
    const place = this.#entries.get(clientId)
    place?.current?.close(reason)
    place?.leftovers.end()
  }

  closeAll(): void {
    for (const clientId of this.#entries.keys()) this.end(clientId, 'shutdown')
  }

  #place(clientId: number): ClientEntry {
    const existing = this.#entries.get(clientId)
    if (existing) return existing
    const place: ClientEntry = {
      current: undefined,
      offlineSinceMs: null,
      displaced: undefined,
      absences: new Absences(),
      leftovers: new Leftovers(),
    }
    this.#entries.set(clientId, place)
    return place
  }
}

/** The same machine again, for example after a restart of its npc that the relay has not noticed yet, displaces nobody. */
function displacedBy(older: AgentSession, newer: AgentSession): Displaced | undefined {
  const isSameMachine =
    older.fingerprint === newer.fingerprint &&
    older.hostname === newer.hostname &&
    hostOf(older.address) === hostOf(newer.address)
  if (isSameMachine) return undefined
  return {
    address: hostOf(older.address),
    hostname: older.hostname,
    atMs: newer.onlineSinceMs,
    askedAtMs: null,
  }
}

/** `203.0.113.7 (gpu-2)` */
function describe({ address, hostname }: AgentSession): string {
  return hostname === '' ? hostOf(address) : `${hostOf(address)} (${hostname})`
}
