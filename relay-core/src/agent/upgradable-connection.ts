import type { Log } from '../log/log.ts'
import type { Leftover } from '../native/carriers/leftovers.ts'
import type { AgentConnection } from './agent-connection.ts'
import type { RefusedSection } from './refused-section.ts'
import { asLinkFailure } from './retry-rule.ts'

export interface UpgradeOptions {
  readonly firstCheckMs: number
  readonly intervalMs: number
  /** Opens a better link to the same relay, or rejects. */
  readonly openBetter: (signal: AbortSignal) => Promise<AgentConnection>
  readonly log: Log
}

/** A link that is replaced by a better one as soon as the relay offers it. Its holder sees a single link. */
export class UpgradableConnection implements AgentConnection {
  readonly closed: Promise<Error>
  readonly #options: UpgradeOptions
  readonly #ended = new AbortController()
  #current: AgentConnection
  #timer: NodeJS.Timeout | undefined
  #check: Promise<void> = Promise.resolve()
  #settleClosed: (reason: Error) => void = () => undefined

  constructor(link: AgentConnection, options: UpgradeOptions) {
    this.#options = options
    this.#current = link
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve))
    this.#timer = setTimeout(() => this.#startCheck(), options.firstCheckMs)
    void link.closed.then((reason) => this.#onLost(link, reason))
  }

  get leftover(): Leftover | undefined {
    return this.#current.leftover
  }

  get refused(): readonly RefusedSection[] | undefined {
    return this.#current.refused
  }

  onNetworkChange(): void {
    this.#current.onNetworkChange?.()
  }

  /** Idempotent. */
  close(): void {
    this.#stopChecks()
    this.#current.close()
  }

  #startCheck(): void {
    this.#check = this.#replace().catch(() => {
      if (!this.#ended.signal.aborted)
        this.#timer = setTimeout(() => this.#startCheck(), this.#options.intervalMs)
    })
  }

  async #replace(): Promise<void> {
    const better = await this.#options.openBetter(this.#ended.signal)
    const worse = this.#current
    this.#current = better
    void better.closed.then((reason) => this.#onLost(better, reason))
    worse.close()
    if (this.#ended.signal.aborted) better.close()
    else this.#options.log.info('the relay now speaks natively: the link is encrypted from here on')
  }

  async #onLost(link: AgentConnection, reason: Error): Promise<void> {
    // The relay may have told the older link about the newer one before we know of it.
    if (asLinkFailure(reason).code === 'agent-replaced') await this.#check
    if (link !== this.#current) return
    this.#stopChecks()
    await this.#check
    if (link === this.#current) this.#settleClosed(reason)
  }

  #stopChecks(): void {
    clearTimeout(this.#timer)
    this.#ended.abort(new Error('the link has ended'))
  }
}
