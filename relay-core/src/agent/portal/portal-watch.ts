import { findCaptivePortal } from '../../net/dial/captive-portal.ts'
import type { HostPort } from '../../net/address/host-port.ts'

/** How soon it is looked again while the relay cannot be reached. */
const lookIntervalMs = 15_000

export interface PortalWatchOptions {
  readonly relay: HostPort
  /** A login page was found: what is known of the failure is different now. */
  readonly onFound: () => void
  /** Where login pages answer for every address; by default 80. */
  readonly webPort?: number | undefined
}

/** While a relay cannot be reached: whether a login page of the network is the reason. Looks beside the attempts and holds none up. */
export class PortalWatch {
  readonly #options: PortalWatchOptions
  #page: string | null = null
  #look: AbortController | undefined
  #lookedAtMs = -Infinity

  constructor(options: PortalWatchOptions) {
    this.#options = options
  }

  /** What stands in the way, in words; null where nothing was found. */
  get reason(): string | null {
    if (this.#page === null) return null
    return `This network seems to want a login first (${this.#page}). Sign in there with a browser, or let "npc -before_dial=..." do it.`
  }

  /** The relay has not been reached just now. */
  failed(): void {
    if (this.#look || performance.now() - this.#lookedAtMs < lookIntervalMs) return
    void this.look()
  }

  /** The relay has answered, or the network is another one. */
  forget(): void {
    this.#page = null
    this.#lookedAtMs = -Infinity
    this.#look?.abort(new Error('the network has changed'))
  }

  close(): void {
    this.#look?.abort(new Error('the agent was stopped'))
  }

  /** Looks now; fulfils when it is known. */
  async look(): Promise<void> {
    this.#lookedAtMs = performance.now()
    this.#look?.abort(new Error('looked again'))
    const { relay, webPort, onFound } = this.#options
    const look = new AbortController()
    this.#look = look
    const page = await findCaptivePortal(relay, {
      signal: look.signal,
      ...(webPort !== undefined && { webPort }),
    })
    if (this.#look === look) this.#look = undefined
    if (look.signal.aborted) return
    const isNews = page !== null && page !== this.#page
    this.#page = page
    if (isNews) onFound()
  }
}
