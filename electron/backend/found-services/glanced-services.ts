import type { FoundLook, FoundService } from '@nps-desktop/electron/contract'
import { type Clock, every, Feed } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { failureOfError } from '../failures/failure-of-error.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import { lookByAgent } from './look-by-agent.ts'

/** One small question to a link that is there anyway. */
const glanceIntervalMs = 60_000
const glanceTimeoutMs = 15_000

interface Glanced {
  readonly feed: Feed<FoundLook>
  timer: Disposable | null
  stop: AbortController
}

/** What runs on the lab boxes as their npc tells it, while a page shows it: nobody signs in there for that. */
export class GlancedServices {
  readonly #storage: Storage
  readonly #relays: Pick<Relays, 'reach'>
  readonly #clock: Clock
  readonly #log: Log
  readonly #labs = new Map<string, Glanced>()

  constructor(options: { storage: Storage; relays: Pick<Relays, 'reach'>; clock: Clock; log: Log }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#clock = options.clock
    this.#log = options.log
  }

  watch(labId: string, signal: AbortSignal): AsyncGenerator<FoundLook, void, void> {
    const known = this.#labs.get(labId)
    if (known) return known.feed.watch(signal)
    const feed = new Feed<FoundLook>(
      { state: 'unseen', failure: null },
      { onWatchers: (count) => this.#onWatchers(labId, count) },
    )
    this.#labs.set(labId, { feed, timer: null, stop: new AbortController() })
    return feed.watch(signal)
  }

  /** What was last told to listen on that port. */
  on(labId: string, port: number): FoundService | undefined {
    const look = this.#labs.get(labId)?.feed.value
    return look?.state === 'read' ? look.services.find((one) => one.port === port) : undefined
  }

  close(): void {
    for (const { feed, timer, stop } of this.#labs.values()) {
      timer?.[Symbol.dispose]()
      stop.abort()
      feed.close()
    }
    this.#labs.clear()
  }

  #onWatchers(labId: string, count: number): void {
    const glanced = this.#labs.get(labId)
    if (!glanced) return
    if (count === 0) {
      glanced.timer?.[Symbol.dispose]()
      glanced.timer = null
      glanced.stop.abort()
      glanced.stop = new AbortController()
    } else if (glanced.timer === null) {
      glanced.timer = every(glanceIntervalMs, () => void this.#glance(labId, glanced), { clock: this.#clock })
      void this.#glance(labId, glanced)
    }
  }

  /** A box that is away keeps what was told last; the page shows nothing of one that is. */
  async #glance(labId: string, { feed, stop }: Glanced): Promise<void> {
    const lab = this.#storage.labs.get(labId)
    if (lab?.looksForServices === false) return feed.set({ state: 'off' })
    if (!lab || lab.clientId === null) return
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(glanceTimeoutMs)])
    try {
      const told = await lookByAgent(this.#relays, lab, { signal })
      if (stop.signal.aborted) return
      feed.set(
        typeof told === 'string'
          ? { state: 'untold', why: told }
          : { state: 'read', atMs: this.#clock.now(), by: 'npc', services: told, failure: null },
      )
    } catch (error) {
      if (stop.signal.aborted) return
      this.#log.info('npc did not tell what runs there', { lab: labId, error })
      if (feed.value.state !== 'read') feed.set({ state: 'unseen', failure: failureOfError(error) })
    }
  }
}
