import type { Duplex } from 'node:stream'
import { ByteSource } from '../byte-source.ts'
import { streamPair } from './stream-pair.ts'

/** How long a target may take to hang up after it was told that there is no more. */
const lingerMs = 5_000

/** A connection to a target, for one visitor's requests. */
export class TargetLink {
  /** What requests are written to. */
  readonly stream: Duplex
  /** What answers are read from. */
  readonly source: ByteSource
  readonly #far: Duplex
  readonly #closed: Promise<void>

  /** Takes over `agentSide`. `join`: as `splice`; it may count and limit what passes. */
  constructor(agentSide: Duplex, join: (visitorSide: Duplex, agentSide: Duplex) => Promise<void>) {
    const [near, far] = streamPair()
    this.stream = near
    this.#far = far
    this.#closed = join(far, agentSide)
    this.source = new ByteSource(near)
  }

  /** Whether another request may be sent: nothing arrived unasked, and the target has not hung up. */
  get isIdle(): boolean {
    return (
      this.source.waiting === 0 && this.stream.readable && this.stream.writable && !this.stream.readableEnded
    )
  }

  /** Fulfils when it has closed. */
  get closed(): Promise<void> {
    return this.#closed
  }

  /** Tells the target that there is no more, in order. Fulfils when both ends have closed; never rejects. */
  async close(): Promise<void> {
    this.source.release()
    this.stream.end()
    this.stream.resume()
    const timer = setTimeout(() => this.#far.destroy(), lingerMs)
    await this.#closed
    clearTimeout(timer)
  }
}
