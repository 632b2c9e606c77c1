/** How long the peer may hold an ACK back; more is not believed. */
const maxAckDelayMs = 25

/** Of timers, and so of everything measured with them. */
const granularityMs = 1

/** A link that comes back after a cut is noticed within this time. */
const maxProbeTimeoutMs = 1_500

/** The round trip on one way, estimated as in RFC 9002 §5. */
export class RoundTrip {
  smoothedMs: number
  minMs = Number.POSITIVE_INFINITY
  latestMs = 0
  #variationMs: number
  #isMeasured = false

  /** `initialMs` is a guess. */
  constructor(initialMs: number) {
    this.smoothedMs = initialMs
    this.#variationMs = initialMs / 2
  }

  /** Of a packet that was acknowledged `elapsedMs` after it was sent, of which the peer had it for `delayMs`. */
  add(elapsedMs: number, delayMs: number): void {
    const sampleMs = Math.max(0.05, elapsedMs - Math.min(delayMs, maxAckDelayMs))
    this.latestMs = sampleMs
    this.minMs = Math.min(this.minMs, sampleMs)
    if (this.#isMeasured) {
      this.#variationMs += (Math.abs(this.smoothedMs - sampleMs) - this.#variationMs) / 4
      this.smoothedMs += (sampleMs - this.smoothedMs) / 8
    } else {
      this.#isMeasured = true
      this.smoothedMs = sampleMs
      this.#variationMs = sampleMs / 2
    }
  }

  /** After this time a packet that has been overtaken is lost (RFC 9002 §6.1.2). */
  get lossDelayMs(): number {
    return Math.max((9 / 8) * Math.max(this.smoothedMs, this.latestMs), granularityMs)
  }

  /** After this time without any ACK the peer is asked, the `count`-th time in a row (RFC 9002 §6.2.1). */
  probeTimeoutMs(count: number): number {
    const once = this.smoothedMs + Math.max(4 * this.#variationMs, granularityMs) + maxAckDelayMs
    return Math.min(once * 2 ** Math.min(count, 6), Math.max(maxProbeTimeoutMs, once))
  }
}
