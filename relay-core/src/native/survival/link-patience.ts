import { leftoverMs } from '../carriers/leftovers.ts'
import type { LinkPlace } from './link-place.ts'

/** How long a surviving link waits before it ends: for another connection, or for its peer to acknowledge the last bytes. */
export class LinkPatience {
  readonly #place: Pick<LinkPlace<unknown>, 'hearsPeerIn'>
  /** Grows with whatever comes from the peer on the link. */
  readonly #heard: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(place: Pick<LinkPlace<unknown>, 'hearsPeerIn'>, heard: () => number) {
    this.#place = place
    this.#heard = heard
  }

  /** A minute, from when it was cut; while another wait lasts, that one goes on. */
  awaitConnection(giveUp: () => void): void {
    this.#timer ??= setTimeout(giveUp, leftoverMs).unref()
  }

  /** As long as the peer is there: over a slow line, or with a reader that rests, the last megabytes take longer than a minute. */
  awaitAcknowledgement(
    link: { isConnected: () => boolean; giveUp: () => void },
    session = this.#place.hearsPeerIn,
    isLast = false,
  ): void {
    const heard = this.#heard()
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const { hearsPeerIn } = this.#place
      // A peer that has begun another session, and has not brought this link into it, does not have it any more.
      const isKnown = this.#heard() > heard || hearsPeerIn === session
      const isThere = this.#heard() > heard || hearsPeerIn !== undefined
      if (link.isConnected() && isThere && (isKnown || !isLast))
        this.awaitAcknowledgement(link, session, !isKnown)
      else link.giveUp()
    }, leftoverMs).unref()
  }

  /** There is a connection, or nothing more to wait for. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
