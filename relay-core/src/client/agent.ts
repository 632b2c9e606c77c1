import { hostname } from 'node:os'
import type { Log } from '../log.ts'
import { RelayLink } from '../native/relay-link.ts'
import { StockLink } from '../nps/stock-link.ts'
import type { Secret } from '../secret.ts'
import type { AgentProtocol } from './agent-protocol.ts'
import { nextAgentState, type AgentEvent, type AgentState } from './agent-state.ts'
import { dialTarget, type DialPolicy } from './dial-target.ts'
import { KnownRelay } from './known-relay.ts'
import { PinFile } from './pin-file.ts'
import { asLinkFailure } from './retry-rule.ts'
import { serveKinds } from './serve-kinds.ts'
import { parseHostPort } from '../transport/host-port.ts'
import { relayVersion } from '../version.ts'

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

export interface AgentOptions {
  /** `host:port`; an IPv6 host in brackets. */
  readonly server: string
  readonly vkey: Secret
  readonly protocol?: AgentProtocol | undefined
  /** `sha256:…`; without it the first key seen is pinned. */
  readonly fingerprint?: string | undefined
  /** Where a pin is kept; without it, in memory. */
  readonly pinFile?: string | undefined
  /** Which targets may be dialled; without it, all. */
  readonly dialPolicy?: DialPolicy | undefined
  readonly log: Log
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
}

/** What the agent holds, whatever the protocol. */
interface RelayConnection {
  readonly closed: Promise<Error>
  close(): void
}

/** npc: keeps a link to its relay for as long as it runs, whatever the network does, and dials what the relay asks for. */
export class Agent {
  readonly #options: AgentOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #known: KnownRelay
  readonly #listeners = new Set<(state: AgentState) => void>()
  #state: AgentState = { state: 'stopped' }
  #link: RelayConnection | undefined
  #connecting: AbortController | undefined
  #cancelRetry: (() => void) | undefined
  #ended: Promise<unknown> = Promise.resolve()
  /** Said once in the log. Every link is tried natively first all the same: a restarted relay may be a better one. */
  #speaksStock = false

  constructor(options: AgentOptions) {
    const { server, fingerprint, pinFile, log, clock = systemClock, random = Math.random } = options
    parseHostPort(server, 'server')
    this.#options = options
    this.#clock = clock
    this.#random = random
    this.#known = new KnownRelay({
      server,
      fingerprint,
      pinFile: pinFile === undefined ? undefined : new PinFile(pinFile),
      log,
    })
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
      const link = await this.#open(abort.signal)
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

  async #open(signal: AbortSignal): Promise<RelayConnection> {
    const { protocol = 'native', server, log } = this.#options
    await this.#known.load()
    if (protocol === 'stock') return this.#openStock(signal)
    if (protocol === 'native' || this.#known.isPinned) return this.#openNative(signal)
    try {
      return await this.#openNative(signal)
    } catch (error) {
      // Only somebody who does not understand is spoken to otherwise; a refusal is an answer.
      if (asLinkFailure(error).code !== 'relay-unreachable') throw error
      const link = await this.#openStock(signal).catch((cause: unknown) => {
        throw asLinkFailure(cause).code === 'relay-unreachable' ? error : cause
      })
      if (!this.#speaksStock) {
        log.warn('a stock NPS relay answers: the link is not encrypted, and the key can be overheard', {
          server,
        })
      }
      this.#speaksStock = true
      return link
    }
  }

  async #openNative(signal: AbortSignal): Promise<RelayConnection> {
    const { vkey, log, dialPolicy: policy, server } = this.#options
    const link = await RelayLink.open({
      ...parseHostPort(server, 'server'),
      vkey: vkey.reveal(),
      hostname: hostname(),
      checkFingerprint: (fingerprint) => this.#known.check(fingerprint),
      serve: serveKinds({ policy }),
      log,
      signal,
    })
    const pinned = this.#known.remember(link.fingerprint).catch((error: unknown) => {
      log.error('the relay could not be pinned: after a restart any key would be taken', { reason: error })
    })
    return {
      closed: link.closed.then(async (reason) => {
        await pinned
        return reason
      }),
      close: () => link.close(),
    }
  }

  #openStock(signal: AbortSignal): Promise<RelayConnection> {
    const { vkey, log, dialPolicy: policy, server } = this.#options
    return StockLink.open({
      ...parseHostPort(server, 'server'),
      vkey: vkey.reveal(),
      version: relayVersion,
      dial: (target, dialling) => dialTarget(target, { policy, signal: dialling.signal }),
      policy,
      log,
      signal,
    })
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
