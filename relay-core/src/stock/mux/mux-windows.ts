/** Both ends begin with room for this many bytes: thirty full frames. */
export const initialWindowBytes = 30 * 4085

/** How much of one stream may be in transit: what was sent minus what the peer has reported as read. */
export class SendWindow {
  #max = initialWindowBytes
  #inFlight = 0
  #acknowledged = 0

  /** Bytes that may be sent now; 0 while the peer's window is full, or has shrunk below what is in transit. */
  get room(): number {
    return Math.max(0, this.#max - this.#inFlight)
  }

  /** Bytes the peer's application has read so far. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  sent(bytes: number): void {
    this.#inFlight += bytes
  }

  /**
   * Takes one report. A report of more than is in transit is ignored entirely, as stock peers do, and so is one
   * that says nothing new; returns whether it counted.
   */
  report(consumed: number, max: number): boolean {
    if (consumed > this.#inFlight || (consumed === 0 && max === this.#max)) return false
    this.#inFlight -= consumed
    this.#acknowledged += consumed
    this.#max = max
    return true
  }
}

/** How much of one stream we let a peer send ahead: a window of a constant size, reported as it is read. */
export class MuxReceiveWindow {
  readonly maxBytes: number
  #unread = 0
  #consumed = 0

  constructor(maxBytes: number) {
    this.maxBytes = Math.max(maxBytes, initialWindowBytes)
  }

  /** Returns false when the peer has sent more than it was ever allowed. */
  received(bytes: number): boolean {
    this.#unread += bytes
    // What was reported, but perhaps not yet seen by the peer, does not count against it, so nothing legal is refused.
    return this.#unread + this.#consumed <= this.maxBytes
  }

  /**
   * Records that the application has read; returns what to report now, or 0. A quarter of the window is reported at
   * a time: often enough that the peer never waits, rarely enough that reports cost nothing.
   */
  consumed(bytes: number): number {
    this.#unread -= bytes
    this.#consumed += bytes
    if (this.#consumed < this.maxBytes / 4) return 0
    const report = this.#consumed
    this.#consumed = 0
    return report
  }
}
