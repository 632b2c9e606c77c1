/**
 * How many packets go out before others have their turn: Linux gives a socket 208 KiB to receive into, of which 24 packets sent
 * at once lose a reader that is busy almost nothing, and 256 a quarter.
 */
export const maxPacketsOfTurn = 24

/** A burst of this many packets is always allowed: timers are late. */
const burstPackets = 16
const burstMs = 4

/** Spreads what is sent over time. */
export class Pacer {
  #tokens: number
  #atMs: number
  readonly #packetBytes: number

  constructor(nowMs: number, packetBytes: number) {
    this.#atMs = nowMs
    this.#packetBytes = packetBytes
    this.#tokens = burstPackets * packetBytes
  }

  /** Time has passed at this pace. */
  refill(nowMs: number, bytesPerMs: number): void {
    const most = Math.max(burstPackets * this.#packetBytes, bytesPerMs * burstMs)
    this.#tokens = Math.min(most, this.#tokens + (nowMs - this.#atMs) * bytesPerMs)
    this.#atMs = nowMs
  }

  /** 0 or less: now. */
  waitMs(bytes: number, bytesPerMs: number): number {
    return (bytes - this.#tokens) / bytesPerMs
  }

  take(bytes: number): void {
    this.#tokens -= bytes
  }
}
