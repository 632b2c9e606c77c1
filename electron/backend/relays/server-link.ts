import type { Clock } from '@nps-desktop/relay-core/async'
import type { LiveTraffic } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import type { RelayClient, RelayConnection } from '@nps-desktop/relay-core/api-client'
import { linkFailure } from './link-failure.ts'
import { initialLink, type LinkEvent, type LinkState, nextLink } from './link-state.ts'
import type { ConnectRelay, RelayAccess } from './relay-access.ts'
import { askOnce, keepMirror, RelayMirror } from './relay-mirror.ts'

const connectTimeoutMs = 10_000

export interface ServerLinkOptions {
  readonly name: string
  /** Asked before each attempt, as the key may have been entered again. */
  readonly address: () => Promise<RelayAccess>
  readonly connect: ConnectRelay
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly changed: () => void
  readonly traffic: (live: LiveTraffic) => void
}

/** One standing connection to one server's relay: comes back by itself, and mirrors what the relay tells. */
export class ServerLink {
  readonly mirror = new RelayMirror()
  readonly #options: ServerLinkOptions
  readonly #stop = new AbortController()
  #state: LinkState = initialLink
  #changedAtMs: number
  #connection: RelayConnection | null = null
  #wake: () => void = () => undefined
  #running: Promise<void> | null = null

  constructor(options: ServerLinkOptions) {
    this.#options = options
    this.#changedAtMs = options.clock.now()
  }

  get state(): LinkState {
    return this.#state
  }

  /** Since when the link has not been online. */
  get notOnlineSinceMs(): number | null {
    return this.#state.state === 'online' ? null : this.#changedAtMs
  }

  /** Null unless the link is online. */
  get api(): RelayClient | null {
    return this.#connection?.client ?? null
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** After a wake or a network change: tries at once, or proves at once that the link still stands. */
  retryNow(): void {
    this.#wake()
    void this.answers()
  }

  /** Whether the relay answers over the link that is there; one that does not is given up and replaced. */
  async answers(): Promise<boolean> {
    const connection = this.#connection
    if (!connection) return false
    try {
      await this.#ask(connection.client)
      return true
    } catch (error) {
      this.#options.log.debug('the link no longer stands', { server: this.#options.name, error })
      connection.close()
      return false
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#dispatch({ type: 'dialling' })
      let address: RelayAccess | null = null
      try {
        address = await this.#options.address()
        await this.#connectAndStay(address, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#fail(error, address)
        await this.#untilRetry(signal)
      }
    }
  }

  async #connectAndStay(address: RelayAccess, signal: AbortSignal): Promise<void> {
    const { connect, clock } = this.#options
    const deadline = AbortSignal.timeout(connectTimeoutMs)
    const connection = await connect({ ...address, signal: AbortSignal.any([signal, deadline]) })
    try {
      this.#connection = connection
      this.#dispatch({ type: 'connected', atMs: clock.now() })
      const ended = new AbortController()
      const events = this.#events()
      const staying = keepMirror(this.mirror, connection.client, {
        clock,
        events,
        signal: AbortSignal.any([signal, ended.signal]),
      })
      await Promise.race([staying, connection.closed])
      ended.abort()
      await staying
      if (!signal.aborted) throw new Error((await connection.closed).reason)
    } finally {
      this.#connection = null
      connection.close()
    }
  }

  #events() {
    return {
      changed: this.#options.changed,
      traffic: this.#options.traffic,
      answered: (roundTripMs: number) => this.#dispatch({ type: 'answered', roundTripMs }),
    }
  }

  async #ask(api: RelayClient): Promise<void> {
    await askOnce(this.mirror, api, {
      clock: this.#options.clock,
      events: this.#events(),
      signal: this.#stop.signal,
    })
  }

  #fail(error: unknown, address: RelayAccess | null): void {
    const { clock, random, log, name } = this.#options
    const failure = linkFailure(error, address)
    log.info('link to server down', { server: name, code: failure.code, why: failure.message })
    this.#dispatch({ type: 'failed', failure, atMs: clock.now(), jitter: random() })
  }

  #dispatch(event: LinkEvent): void {
    const before = this.#state.state
    this.#state = nextLink(this.#state, event)
    const wasOnline = before === 'online'
    const isOnline = this.#state.state === 'online'
    if (wasOnline !== isOnline) {
      this.#changedAtMs = this.#options.clock.now()
      if (isOnline) this.#options.log.info('link to server up', { server: this.#options.name })
    }
    this.#options.changed()
  }

  /** Until the wait is over, somebody wakes the link, or it is closed; a link that has given up waits for the latter two. */
  async #untilRetry(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { clock } = this.#options
    const woken = Promise.withResolvers<void>()
    this.#wake = woken.resolve
    using timers = new DisposableStack()
    if (this.#state.state === 'waiting') {
      timers.use(clock.after(Math.max(0, this.#state.retryAtMs - clock.now()), woken.resolve))
    }
    await woken.promise
  }
}
