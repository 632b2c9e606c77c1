import { parseHostPort } from '../transport/host-port.ts'
import { nextAgentState, type AgentEvent, type AgentState } from './agent-state.ts'
import { RelayChoice, type RelayChoiceOptions } from './relay-choice.ts'
import type { RelayConnection } from './relay-connection.ts'
import { asLinkFailure } from './retry-rule.ts'

/** Time as the agent sees it; a test brings its own. */
export interface Clock {
  nowMs(): number
  /** Calls once after `ms`; the answer takes it back. */
  after(ms: number, call: () => void): () => void
}

const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

export interface AgentOptions extends RelayChoiceOptions {
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
}

/** npc: keeps a link to its relay for as long as it runs, whatever the network does, and dials what the relay asks for. */
export class Agent {
  readonly #options: AgentOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #choice: RelayChoice
  readonly #listeners = new Set<(state: AgentState) => void>()
  #state: AgentState = { state: 'stopped' }
  #link: RelayConnection | undefined
  #connecting: AbortController | undefined
  #cancelRetry: (() => void) | undefined
  #ended: Promise<unknown> = Promise.resolve()

  constructor(options: AgentOptions) {
    const { server, clock = systemClock, random = Math.random } = options
    parseHostPort(server, 'server')
    this.#options = options
    this.#clock = clock
    this.#random = random
    this.#choice = new RelayChoice(options)
  }

  get state(): AgentState {
    return this.#state
  }

  /** Called after each change of state. Returns how to stop. */
  onChange(listener: (state: AgentState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    this.#take({ type: 'start' })
  }

  /** Ends the link and its streams. Idempotent. */
  async close(): Promise<void> {
    this.#take({ type: 'stop' })
    this.#cancelRetry?.()
    this.#connecting?.abort(new Error('the agent was stopped'))
    this.#link?.close()
    await this.#ended
  }

  #take(event: AgentEvent): void {
    const before = this.#state
    const state = nextAgentState(before, event, { nowMs: this.#clock.nowMs(), random: this.#random() })
    if (state === before) return
    this.#state = state
    this.#tell(state)
    for (const listener of this.#listeners) listener(state)
    if (state.state === 'connecting') this.#ended = this.#hold()
    if (state.state === 'waiting') {
      this.#cancelRetry = this.#clock.after(state.retryAtMs - this.#clock.nowMs(), () =>
        this.#take({ type: 'retry' }),
      )
    }
  }

  /** One link from its beginning to its end. */
  async #hold(): Promise<void> {
    const abort = new AbortController()
    this.#connecting = abort
    try {
      const link = await this.#choice.open(abort.signal)
      this.#link = link
      // Stopped while the relay's answer was on its way.
      if (abort.signal.aborted) link.close()
      this.#take({ type: 'welcomed' })
      const reason = await link.closed
      this.#link = undefined
      this.#take({ type: 'lost', reason: asLinkFailure(reason) })
    } catch (error) {
      this.#take({ type: 'lost', reason: asLinkFailure(error) })
    }
  }

  /** One line a change of state; a first failure is a warning, the same one again is not news. */
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
        log.info('agent online', { server, attempt: state.attempt })
        break
      case 'waiting':
        log.warn('agent waiting', {
          server,
          attempt: state.attempt,
          retryInMs: state.retryAtMs - this.#clock.nowMs(),
          code: state.reason.code,
          reason: state.reason.message,
        })
        break
      case 'failed':
        log.error('agent failed', { server, code: state.reason.code, reason: state.reason.message })
        break
    }
  }
}
