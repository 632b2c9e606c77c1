import { systemClock, type Clock } from '../async/time/clock.ts'
import { Signal } from '../async/signals/signal.ts'
import { Leftovers, type Leftover } from '../native/carriers/leftovers.ts'
import { parseHostPort } from '../net/address/host-port.ts'
import { HeldLinks } from './direct/held-links.ts'
import { NetworkWatch } from '../net/dial/network-watch.ts'
import { nextAgentState, type AgentEvent, type AgentState } from './agent-state.ts'
import { newInstance } from './open-native.ts'
import { RelayChoice, type RelayChoiceOptions } from './relay-choice.ts'
import type { AgentConnection } from './agent-connection.ts'
import { PortalWatch } from './portal/portal-watch.ts'
import type { RefusedSection } from './refused-section.ts'
import { asLinkFailure, type LinkFailure } from './retry-rule.ts'

export interface AgentOptions extends RelayChoiceOptions {
  /** Awaited before each attempt but the first; it sees to its own deadline. */
  readonly beforeDial?: ((options: { signal: AbortSignal }) => Promise<void>) | undefined
  /** Where a login page of the network would answer; by default 80. */
  readonly webPort?: number
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
  /** Without it the machine's own is watched. */
  readonly network?: Pick<NetworkWatch, 'onChange' | 'start' | 'close'>
}

/** How the way to a relay fails where a login page stands in it. */
const maybePortal: readonly LinkFailure['code'][] = ['relay-unreachable', 'handshake-timeout', 'agent-silent']

/** The relay has looked at this program, and takes it in no longer. */
const refusals: readonly LinkFailure['code'][] = [
  'wrong-key',
  'client-disabled',
  'client-in-use',
  'agent-replaced',
  'not-found',
  'fingerprint-changed',
]

/** An attempt this young is not given up because the network changed. */
const freshAttemptMs = 1_000

/** npc: keeps a link to its relay as long as it runs, whatever the network does, and dials what the relay asks for. */
export class Agent {
  readonly #options: AgentOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #choice: RelayChoice
  readonly #instance = newInstance()
  readonly #portal: PortalWatch
  readonly #network: Pick<NetworkWatch, 'onChange' | 'start' | 'close'>
  /** Streams of links that were lost. */
  readonly #leftovers = new Leftovers<Leftover>()
  readonly #changed = new Signal<[state: AgentState]>()
  readonly #links: HeldLinks
  #state: AgentState = { state: 'stopped' }
  #link: AgentConnection | undefined
  #connecting: AbortController | undefined
  #connectingSinceMs = 0
  /** The command before dialling runs: it may change the network itself, and nothing has been dialled yet. */
  #isPreparing = false
  #toldReason = ''
  #retry: Disposable | undefined
  #ended: Promise<unknown> = Promise.resolve()

  constructor(options: AgentOptions) {
    const { server, clock = systemClock, random = Math.random, network = new NetworkWatch() } = options
    this.#portal = new PortalWatch({
      relay: parseHostPort(server, 'server'),
      webPort: options.webPort,
      onFound: () => this.#explain(),
    })
    this.#options = options
    this.#links = new HeldLinks({ relayHost: parseHostPort(server, 'server').host })
    this.#clock = clock
    this.#random = random
    this.#network = network
    this.#choice = new RelayChoice({ ...options, instance: this.#instance, links: this.#links })
    network.onChange(() => this.#onNetworkChange())
  }

  get state(): AgentState {
    return this.#state
  }

  /** What the relay it is online at has refused of its npc.conf. */
  get refused(): readonly RefusedSection[] {
    return this.#link?.refused ?? []
  }

  /** Calls back after each change of state, until the returned handle is disposed of. */
  onChange(listener: (state: AgentState) => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  start(): void {
    this.#network.start()
    this.#take({ type: 'start' })
  }

  /** Ends the link and its streams. Idempotent. */
  async close(): Promise<void> {
    this.#network.close()
    this.#portal.close()
    this.#take({ type: 'stop' })
    this.#retry?.[Symbol.dispose]()
    this.#connecting?.abort(new Error('the agent was stopped'))
    this.#link?.close()
    await this.#ended
    this.#links.endAll()
    // Only now do they include what the last link left behind.
    this.#leftovers.end()
  }

  #take(event: AgentEvent): void {
    const before = this.#state
    const state = nextAgentState(before, event, { nowMs: this.#clock.now(), random: this.#random() })
    if (state === before) return
    this.#state = state
    this.#retry?.[Symbol.dispose]()
    if (event.type === 'lost') {
      this.#instance.isDisplaced = isDisplacement(event.reason)
      if (refusals.includes(event.reason.code)) {
        this.#links.endAll()
        this.#leftovers.end()
      }
    }
    this.#tell(state)
    this.#changed.emit(state)
    if (state.state === 'connecting') this.#ended = this.#hold()
    if (state.state === 'waiting') {
      this.#retry = this.#clock.after(state.retryAtMs - this.#clock.now(), () =>
        this.#take({ type: 'retry' }),
      )
    }
  }

  /** One link from its beginning to its end. */
  async #hold(): Promise<void> {
    const abort = new AbortController()
    this.#connecting = abort
    this.#connectingSinceMs = this.#clock.now()
    try {
      if (this.#state.state === 'connecting' && this.#state.attempt > 1) {
        await this.#prepare(abort.signal)
      }
      const link = await this.#choice.open(abort.signal)
      this.#portal.forget()
      this.#link = link
      // Stopped while the relay's answer was on its way.
      if (abort.signal.aborted) link.close()
      this.#instance.isDisplaced = false
      this.#instance.wasBehindPortal = false
      this.#leftovers.keep()
      this.#take({ type: 'welcomed' })
      const reason = await link.closed
      this.#link = undefined
      if (link.leftover) this.#leftovers.add(link.leftover)
      this.#leftovers.endLater()
      this.#take({ type: 'lost', reason: asLinkFailure(reason) })
    } catch (error) {
      this.#take({ type: 'lost', reason: await this.#explained(asLinkFailure(error), abort.signal) })
    }
  }

  /** Runs the command before dialling, if there is one. */
  async #prepare(signal: AbortSignal): Promise<void> {
    this.#isPreparing = true
    try {
      await this.#options.beforeDial?.({ signal })
    } finally {
      this.#isPreparing = false
      this.#connectingSinceMs = this.#clock.now()
    }
    signal.throwIfAborted()
  }

  /**
   * What is known of a failure, with the login page that may be its cause. A page that takes over the relay's port shows a key of its
   * own: that is no relay with another key, which would end the agent. Behind a proxy of the owner's nothing is asked.
   */
  async #explained(failure: LinkFailure, signal: AbortSignal): Promise<LinkFailure> {
    const isOtherKey = failure.code === 'fingerprint-changed'
    if (this.#options.proxy || signal.aborted) return failure
    if (isOtherKey) await this.#portal.look()
    else if (maybePortal.includes(failure.code)) this.#portal.failed()
    else return failure
    const message = this.#portal.reason
    if (message === null) return failure
    return { code: isOtherKey ? 'relay-unreachable' : failure.code, message }
  }

  /** A login page was found. While the agent waits, that is the reason, and it is told at once; the relay hears of it when it is reached again. */
  #explain(): void {
    this.#instance.wasBehindPortal = true
    const state = this.#state
    const message = this.#portal.reason
    if (message === null || state.state !== 'waiting' || !maybePortal.includes(state.reason.code)) return
    this.#state = { ...state, reason: { ...state.reason, message } }
    this.#tell(this.#state)
    this.#changed.emit(this.#state)
  }

  #onNetworkChange(): void {
    // An attempt that has just begun, or has not yet, already uses the new network.
    const isOld = !this.#isPreparing && this.#clock.now() - this.#connectingSinceMs > freshAttemptMs
    if (this.#state.state === 'connecting' && isOld)
      this.#connecting?.abort(new Error('the network of this machine has changed'))
    this.#portal.forget()
    this.#link?.onNetworkChange?.()
    this.#take({ type: 'network-changed' })
  }

  /** One line per change of state; the first failure is a warning, and repeating it is not news. */
  #tell(state: AgentState): void {
    const { log, server } = this.#options
    switch (state.state) {
      case 'stopped':
        log.info('agent stopped', { server })
        break
      case 'connecting':
        log.debug('agent connecting', { server, attempt: state.attempt })
        break
      case 'online':
        this.#toldReason = ''
        log.info('agent online', { server, attempt: state.attempt })
        break
      case 'waiting':
        this.#tellWaiting(state)
        break
      case 'failed':
        log.error('agent failed', { server, code: state.reason.code, reason: state.reason.message })
        break
    }
  }

  #tellWaiting({ attempt, retryAtMs, reason: { code, message } }: AgentState & { state: 'waiting' }): void {
    const { log, server } = this.#options
    const fields = { server, attempt, retryInMs: retryAtMs - this.#clock.now(), code, reason: message }
    if (message === this.#toldReason) log.debug('agent waiting', fields)
    else log.warn('agent waiting', fields)
    this.#toldReason = message
  }
}

/** Whether another program has taken over the client. */
function isDisplacement({ code }: LinkFailure): boolean {
  return code === 'agent-replaced' || code === 'client-in-use'
}
