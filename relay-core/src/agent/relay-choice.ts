import { untilSettled } from '../async/wait/until-settled.ts'
import type { AgentProtocol } from '../config/agent/agent-protocol.ts'
import type { KnownKey } from '../pins/known-key.ts'
import { knownRelay } from '../pins/known-relay.ts'
import { openNative } from './open-native.ts'
import type { ConnectionOptions, AgentConnection } from './agent-connection.ts'
import { asLinkFailure, type LinkFailureCode } from './retry-rule.ts'
import { ServerNotes } from '../pins/server-notes.ts'
import { UpgradableConnection } from './upgradable-connection.ts'

export interface RelayChoiceOptions extends ConnectionOptions {
  readonly protocol?: AgentProtocol | undefined
  /** `sha256:…`; without it the first key seen is pinned. */
  readonly fingerprint?: string | undefined
  /** Where a pin is kept; without it, in memory. */
  readonly pinFile?: string | undefined
  /** Where it is kept which relays turned out to be stock ones; without it, in memory. */
  readonly stockRelaysFile?: string | undefined
}

/** A relay that has not answered natively by then may be a stock one that waits for its own protocol. */
const nativeHeadStartMs = 1_500

/** How often a stock relay is tried natively, in addition to each new link: it may have been replaced by ours. */
const nativeRecheckMs = 60 * 60_000

/** A peer that does not understand may be tried with the other protocol; a refusal is an answer. */
const notUnderstood: readonly LinkFailureCode[] = [
  'relay-unreachable',
  'handshake-timeout',
  'version-unsupported',
]

/**
 * Opens links to one relay in the protocol that it speaks, and finds out which that is. Once a native relay's key is known
 * there is no choice any more: someone who cuts the line cannot make the agent fall back to plain text.
 */
export class RelayChoice {
  readonly #options: RelayChoiceOptions
  readonly #known: KnownKey
  readonly #stockRelays: ServerNotes | undefined
  #isStock = false
  /** A native relay has recognised this vkey as its public one: npc.conf is sent to it by the stock protocol. */
  #hasPublicKey = false

  constructor(options: RelayChoiceOptions) {
    const { server, fingerprint, pinFile, stockRelaysFile, log } = options
    this.#options = options
    this.#known = knownRelay({
      server,
      fingerprint,
      pinFile:
        pinFile === undefined
          ? undefined
          : new ServerNotes(pinFile, 'the list of pinned relays (npc -fingerprint=... does without)'),
      log,
    })
    this.#stockRelays =
      stockRelaysFile === undefined ? undefined : new ServerNotes(stockRelaysFile, 'the list of stock relays')
  }

  /** Rejects with what the protocol's link rejects with. */
  async open(signal: AbortSignal): Promise<AgentConnection> {
    const { protocol = 'native', server } = this.#options
    await this.#known.load()
    if (protocol === 'stock' || this.#hasPublicKey) return openStock(this.#options, { signal })
    if (protocol === 'native' || this.#known.isPinned) return this.#openNative(signal)
    if (this.#isStock || (await this.#stockRelays?.get(server)) === 'stock') {
      try {
        return this.#upgradable(await openStock(this.#options, { signal }), 0)
      } catch (error) {
        if (!notUnderstood.includes(asLinkFailure(error).code)) throw error
      }
    }
    return this.#findOut(signal)
  }

  /** Natively first. Stock follows as soon as that has failed, or when it takes long; the first to answer wins. */
  async #findOut(signal: AbortSignal): Promise<AgentConnection> {
    const giveUp = { native: new AbortController(), stock: new AbortController() }
    const native = this.#openNative(AbortSignal.any([signal, giveUp.native.signal]))
    const early = await outcomeWithin(nativeHeadStartMs, native)
    if (early?.status === 'fulfilled') return early.value
    if (early) {
      const { code } = asLinkFailure(early.reason)
      if (code === 'wrong-key' && this.#options.configuration) return this.#tryPublicKey(early.reason, signal)
      if (!notUnderstood.includes(code)) throw early.reason
    }
    const stock = openStock(this.#options, { signal: AbortSignal.any([signal, giveUp.stock.signal]) })
    try {
      const { link, isStock } = await Promise.any([
        native.then((link) => ({ link, isStock: false })),
        stock.then((link) => ({ link, isStock: true })),
      ])
      giveUp[isStock ? 'native' : 'stock'].abort(new Error('the relay has answered in the other protocol'))
      void (isStock ? native : stock).then(
        (late) => late.close(),
        () => undefined,
      )
      return isStock ? await this.#tookStock(link) : link
    } catch (error) {
      if (!(error instanceof AggregateError)) throw error
      const [nativeError, stockError] = error.errors as unknown[]
      throw asLinkFailure(stockError).code === 'relay-unreachable' ? nativeError : stockError
    }
  }

  /** A public key belongs to no client, so it is refused natively; it is no secret either. */
  async #tryPublicKey(refusal: unknown, signal: AbortSignal): Promise<AgentConnection> {
    const link = await openStock(this.#options, { signal }).catch(() => {
      throw refusal
    })
    this.#hasPublicKey = true
    return link
  }

  async #openNative(signal: AbortSignal): Promise<AgentConnection> {
    const link = await openNative(this.#options, this.#known, { signal })
    this.#isStock = false
    await this.#note((notes, server) => notes.delete(server))
    return link
  }

  async #tookStock(link: AgentConnection): Promise<AgentConnection> {
    const { server, log } = this.#options
    if (!this.#isStock) {
      log.warn('a stock NPS relay answers: the link is not encrypted, and the key can be overheard', {
        server,
      })
    }
    this.#isStock = true
    await this.#note((notes) => notes.set(server, 'stock'))
    return this.#upgradable(link, nativeRecheckMs)
  }

  #upgradable(link: AgentConnection, firstCheckMs: number): AgentConnection {
    return new UpgradableConnection(link, {
      firstCheckMs,
      intervalMs: nativeRecheckMs,
      openBetter: (signal) => this.#openNative(signal),
      log: this.#options.log,
    })
  }

  /** If it fails, the next start takes a few milliseconds longer, and nothing else. */
  async #note(write: (notes: ServerNotes, server: string) => Promise<void>): Promise<void> {
    if (!this.#stockRelays) return
    await write(this.#stockRelays, this.#options.server).catch((error: unknown) =>
      this.#options.log.warn('which protocol the relay speaks could not be saved', { reason: error }),
    )
  }
}

/** What became of it, or undefined when it takes longer. */
function outcomeWithin<T>(ms: number, work: Promise<T>): Promise<PromiseSettledResult<T> | undefined> {
  return untilSettled<PromiseSettledResult<T> | undefined>((resolve) => {
    void Promise.allSettled([work]).then(([outcome]) => resolve(outcome))
    const timer = setTimeout(() => resolve(undefined), ms)
    return () => clearTimeout(timer)
  }, {})
}

/** What speaks the stock protocol comes into memory with the first relay that may need it. */
async function openStock(
  ...asked: Parameters<typeof import('./open-stock.ts').openStock>
): Promise<AgentConnection> {
  const stock = await import('./open-stock.ts')
  return stock.openStock(...asked)
}
