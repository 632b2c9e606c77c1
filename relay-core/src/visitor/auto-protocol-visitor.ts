import type { Duplex } from 'node:stream'
import type { Log } from '../log/log.ts'
import { RelayError, type RelayErrorCode } from '../api/errors.ts'
import type { PrivateWay } from '../api/direct/private-way.ts'
import { notTried } from './direct-way.ts'
import type { PrivateVisitor } from './visitor.ts'

type Open = (options: { signal: AbortSignal }) => Promise<Duplex>

export interface AutoProtocolVisitorOptions {
  /** At least one of the two. */
  readonly native: PrivateVisitor | undefined
  readonly stock: Open | undefined
  readonly log: Log
}

/** A peer that does not understand may be tried with the other protocol; a refusal is an answer. */
const notUnderstood: readonly RelayErrorCode[] = [
  'relay-unreachable',
  'handshake-timeout',
  'version-unsupported',
]

/**
 * Visits a private tunnel in the protocol that its relay speaks: natively, and by the stock protocol where nobody
 * understands that. Once the relay's key is known there is no choice any more: someone who cuts the line cannot make a
 * visitor fall back to plain text.
 */
export class AutoProtocolVisitor {
  readonly #options: AutoProtocolVisitorOptions
  readonly #byStock: PrivateWay = { ...notTried(), reason: 'older' }
  #hasWarned = false

  constructor(options: AutoProtocolVisitorOptions) {
    this.#options = options
  }

  /** Which way new connections go, and why. */
  get way(): PrivateWay {
    const { native } = this.#options
    return native && !this.#hasWarned ? native.way : this.#byStock
  }

  /** As `PrivateVisitor.onWay`. */
  onWay(listener: () => void): Disposable {
    return this.#options.native?.onWay(listener) ?? { [Symbol.dispose]: () => undefined }
  }

  /** Ends direct links and surviving visits, with their streams. As `PrivateVisitor.close`. */
  async close(): Promise<void> {
    await this.#options.native?.close()
  }

  /** Rejects with the failure of the protocol that was tried first. */
  async open(wait: { signal: AbortSignal }): Promise<Duplex> {
    const { native, stock } = this.#options
    if (!native) return this.#openStock(wait)
    try {
      return await native.open(wait)
    } catch (error) {
      wait.signal.throwIfAborted()
      const isAnswer = !(error instanceof RelayError && notUnderstood.includes(error.code))
      if (!stock || isAnswer || native.knowsRelay) throw error
      return await this.#openStock(wait).catch(() => {
        throw error
      })
    }
  }

  async #openStock(wait: { signal: AbortSignal }): Promise<Duplex> {
    const { stock, log } = this.#options
    if (!stock) throw new Error('there is no way to visit')
    const stream = await stock(wait)
    if (!this.#hasWarned)
      log.warn('a stock NPS relay answers: visits are not encrypted, and it can read them')
    this.#hasWarned = true
    return stream
  }
}
