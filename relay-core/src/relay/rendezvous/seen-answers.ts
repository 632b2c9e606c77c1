import { encodeSeenAnswer, isGenuineRequest, readSeenRequest } from '../../direct/punch/seen-packets.ts'
import type { UdpEndpoint } from '../../direct/punch/udp-endpoint.ts'
import { AttemptLimit } from '../limits/attempt-limit.ts'
import type { SeenKeys } from './seen-keys.ts'

/** A punch asks eight times at most; a campus shares one address. */
const limit = { maxAttempts: 400, windowMs: 10_000 }

/** Answers who has a key of the relay's at which address it sees them, and nobody else. */
export class SeenAnswers {
  readonly #keys: SeenKeys
  readonly #asked: AttemptLimit

  constructor(keys: SeenKeys, { now }: { now: () => number }) {
    this.#keys = keys
    this.#asked = new AttemptLimit({ ...limit, now })
  }

  /** What is to be sent back to `from`, never more bytes than came; undefined: nothing. */
  to(packet: Uint8Array, from: UdpEndpoint): Uint8Array | undefined {
    const request = readSeenRequest(packet)
    const key = request && this.#keys.find(request.id)
    if (!key || !isGenuineRequest(packet, key)) return undefined
    // Only genuine ones count: with a false sender nobody can use up another one's share.
    if (this.#asked.lockedForMs(from.address) > 0) return undefined
    this.#asked.failed(from.address)
    return encodeSeenAnswer(request.nonce, from, key)
  }
}
