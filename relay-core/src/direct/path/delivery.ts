/** How much had been delivered when a packet was sent. */
export interface DeliveryStamp {
  readonly deliveredBytes: number
  readonly deliveredAtMs: number
  /** When the packet was sent that had been acknowledged last. */
  readonly firstSentAtMs: number
  readonly sentAtMs: number
  /** Less was sent than could have been: the rate says what was asked for, not what the way carries. */
  readonly isAppLimited: boolean
}

export interface DeliveryRate {
  readonly bytesPerMs: number
  readonly isAppLimited: boolean
}

/** Shorter intervals than this measure the timer. */
const minIntervalMs = 0.2

/** How fast one way delivers, measured from the ACKs (draft-cheng-iccrg-delivery-rate-estimation). */
export class Delivery {
  deliveredBytes = 0
  #deliveredAtMs: number
  #firstSentAtMs: number
  /** Up to this many delivered bytes the sender is app-limited; 0: not. */
  #appLimitedUntil = 0

  constructor(nowMs: number) {
    this.#deliveredAtMs = nowMs
    this.#firstSentAtMs = nowMs
  }

  /** For a packet that is sent now, with this many bytes on the way before it. */
  stamp(nowMs: number, inFlightBytes: number): DeliveryStamp {
    if (inFlightBytes === 0) {
      this.#firstSentAtMs = nowMs
      this.#deliveredAtMs = nowMs
    }
    return {
      deliveredBytes: this.deliveredBytes,
      deliveredAtMs: this.#deliveredAtMs,
      firstSentAtMs: this.#firstSentAtMs,
      sentAtMs: nowMs,
      isAppLimited: this.#appLimitedUntil > 0,
    }
  }

  /** There is nothing to send although there would be room. */
  limitByApp(inFlightBytes: number): void {
    this.#appLimitedUntil = this.deliveredBytes + inFlightBytes + 1
  }

  onAcked(bytes: number, nowMs: number): void {
    this.deliveredBytes += bytes
    this.#deliveredAtMs = nowMs
  }

  /** The rate at which the newest of the packets just acknowledged was delivered; undefined where the interval is too short to tell. */
  rate(newest: DeliveryStamp, minRoundTripMs: number): DeliveryRate | undefined {
    this.#firstSentAtMs = newest.sentAtMs
    if (this.deliveredBytes > this.#appLimitedUntil) this.#appLimitedUntil = 0
    const intervalMs = Math.max(
      this.#deliveredAtMs - newest.deliveredAtMs,
      newest.sentAtMs - newest.firstSentAtMs,
    )
    const bytes = this.deliveredBytes - newest.deliveredBytes
    if (bytes <= 0 || intervalMs < minIntervalMs || intervalMs < 0.9 * minRoundTripMs) return undefined
    return { bytesPerMs: bytes / intervalMs, isAppLimited: newest.isAppLimited }
  }
}
