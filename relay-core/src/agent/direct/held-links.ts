import type { Clock } from '../../async/time/clock.ts'
import { SeekLimits } from '../../direct/link/seek-limits.ts'
import { packetClock } from '../../direct/packets/packet-clock.ts'
import { RelayAddresses } from '../../direct/punch/relay-addresses.ts'
import type { DirectUse, ReportedLink } from '../../wire/direct-messages.ts'
import type { Open } from '../../wire/stream-messages.ts'
import { LinkPlaces } from './link-places.ts'
import type { UseCount } from './use-count.ts'

/** How long direct links outlive the last session with the relay: an update of the relay, or a cut of its line. */
export const leaseMs = 10 * 60_000

/** More that have ended without a session are not reported. An agent takes part in 16 at a time, and without a relay in no new ones. */
const maxUnreported = 64

/** The relay, while there is a session with it. */
export interface LinkReports {
  /** It takes links up that it does not know, or ends them. An older one does neither. */
  readonly holdsLinks: boolean
  reportUse(use: DirectUse): void
}

/** A direct link that this agent takes part in. */
export interface HeldLink {
  /** The link's, from `SeenFrom`. */
  readonly id: Uint8Array
  readonly open: Pick<Open, 'entrance' | 'host' | 'port' | 'visitor'>
  readonly use: UseCount
  /** Its stream by the relay is still there. */
  readonly hasRelay: () => boolean
  /** Ends its streams too. Idempotent. */
  readonly end: () => void
}

/**
 * The direct links of this program, over all its sessions. The relay hears what passes them, and can end each. One that has lost its stream by the relay
 * lives as long as the relay holds it, and, while there is no relay, as long as the lease lasts.
 */
export class HeldLinks {
  /** Where no probe goes. */
  readonly relay: RelayAddresses
  readonly seeking: SeekLimits
  readonly places: LinkPlaces
  /** Streams of all links that are being served. */
  streamCount = 0
  readonly #clock: Clock
  readonly #links = new Set<HeldLink>()
  #unreported: HeldLink[] = []
  #session: LinkReports | undefined
  #lease: Disposable | undefined

  /** `relayHost`: its name or address. `clock`: one that is never set back; the system's, except in tests. */
  constructor({ relayHost, clock = packetClock }: { relayHost: string; clock?: Clock }) {
    this.relay = new RelayAddresses(relayHost)
    this.seeking = new SeekLimits({ clock })
    this.places = new LinkPlaces({ clock })
    this.#clock = clock
  }

  /** There is a session, whose relay knows all its tunnels again. */
  begin(session: LinkReports): void {
    this.#session = session
    this.#lease?.[Symbol.dispose]()
    for (const link of this.#unreported.splice(0)) this.#report(link, true)
    for (const link of this.#links)
      if (this.mayOutlive(link) || link.hasRelay()) this.report(link)
      else link.end()
  }

  /** It is over, however it ended. */
  over(session: LinkReports): void {
    if (this.#session !== session) return
    this.#session = undefined
    this.#lease = this.#clock.after(leaseMs, () => this.endAll(), { ref: false })
  }

  add(link: HeldLink): void {
    this.#links.add(link)
  }

  /** It has ended. */
  remove(link: HeldLink): void {
    if (!this.#links.delete(link)) return
    if (this.#session) this.#report(link, true)
    else if (this.#unreported.length < maxUnreported) this.#unreported.push(link)
  }

  /** Whether a link may go on without its stream by the relay. */
  mayOutlive({ open }: Pick<HeldLink, 'open'>): boolean {
    return open.entrance !== undefined && (this.#session?.holdsLinks ?? true)
  }

  /** What has passed it, to be called once a second. Without its stream the relay has to hear of it in any case. */
  report(link: HeldLink): void {
    if (this.#session) this.#report(link, false)
  }

  /** The relay ends a link. */
  unlink(id: Uint8Array): void {
    for (const link of this.#links) if (Buffer.compare(link.id, id) === 0) link.end()
  }

  /** The relay takes this program in no longer, or the program ends. */
  endAll(): void {
    this.#lease?.[Symbol.dispose]()
    for (const link of this.#links) link.end()
  }

  #report(link: HeldLink, hasEnded: boolean): void {
    const session = this.#session
    if (!session) return
    const { id, use, hasRelay } = link
    const shown = session.holdsLinks ? shownOf(link, hasEnded) : undefined
    let isDue = shown !== undefined && (hasEnded || !hasRelay())
    // More than one report can tell of has passed while there was no relay.
    for (;;) {
      const { downBytes, upBytes } = use.take()
      if (downBytes === 0 && upBytes === 0 && !isDue) return
      isDue = false
      session.reportUse({ id, downBytes, upBytes, ...(shown && { link: shown }) })
    }
  }
}

function shownOf({ open }: HeldLink, hasEnded: boolean): ReportedLink | undefined {
  const { entrance, host, port, visitor } = open
  return entrance && { entrance, hasEnded, host, port, visitor }
}
