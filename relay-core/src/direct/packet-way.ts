/**
 * A way on which packets go to one peer and come from it: UDP through a hole, or a stream by the relay. Packets may be lost,
 * doubled and overtake each other; none arrives in pieces. Whoever uses it authenticates what comes.
 */
export interface PacketWay {
  /** The longest packet that can be tried, in bytes of payload. Longer ones than 1,200 bytes may vanish on the way. */
  readonly maxPacket: number
  /** Never throws, and keeps a limited amount: what there is no room for is dropped. The bytes belong to the way from then on. */
  send(packet: Uint8Array): void
  /** Sets who gets each packet that comes. Its bytes belong to the receiver. */
  onPacket(receive: (packet: Uint8Array) => void): void
  /** Sets who is told, once, that nothing will pass any more; not after `close`. */
  onEnd(ended: () => void): void
  /** Idempotent. */
  close(): void
}
