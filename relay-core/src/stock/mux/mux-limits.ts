export interface MuxLimits {
  /** What a peer may send ahead on one stream. */
  readonly receiveWindowBytes: number
  readonly maxStreams: number
  /**
   * CLOSE ends both directions, so a visitor's half close cannot be passed on. After `end()` the stream stays
   * open as long as answers arrive, and this long after the last one; 0 closes at once, as stock programs do.
   */
  readonly halfCloseLingerMs: number
  readonly pingIntervalMs: number
  /** Nothing received for this long: new streams treat the link as dead. A live stock peer pings every 5 s. */
  readonly silenceTimeoutMs: number
  /**
   * Nothing received for this long: the link is dead. TCP retransmits what was lost in a cut after up to twice the time that the
   * cut took, and all streams share one connection: a cut of a minute is survived.
   */
  readonly deadTimeoutMs: number
  /** A ping unanswered for this long: the peer's reader hangs, whatever else it sends. */
  readonly pongTimeoutMs: number
  /** Frames that the carrier has not accepted yet: a peer that floods us with pings and reads nothing is cut off. */
  readonly maxUnsentBytes: number
}

export const defaultMuxLimits: MuxLimits = {
  receiveWindowBytes: 1_048_576,
  maxStreams: 8192,
  halfCloseLingerMs: 0,
  pingIntervalMs: 5000,
  silenceTimeoutMs: 10_000,
  deadTimeoutMs: 130_000,
  pongTimeoutMs: 130_000,
  maxUnsentBytes: 16_777_216,
}
