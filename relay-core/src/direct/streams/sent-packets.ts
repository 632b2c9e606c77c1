import type { DeliveryStamp } from '../path/delivery.ts'
import type { Acknowledgement } from '../packets/frames.ts'
import type { Path } from '../path/path.ts'

/** What a packet carried, to be told what became of it. Lost and acknowledged may both come, in this order. */
export interface SentFrame {
  onAcked(): void
  /** To be sent again, if it still matters. */
  onLost(): void
}

export interface SentPacket {
  readonly number: number
  readonly bytes: number
  readonly path: Path
  readonly stamp: DeliveryStamp
  readonly frames: readonly SentFrame[]
  /** It holds nothing: it finds out whether its size passes. */
  readonly isSizeProbe: boolean
}

/** A packet is lost once one that was sent three later on the same path has come (RFC 9002 §6.1.1). */
const overtakenBy = 3

/** How many lost packets are remembered, for an ACK that comes late. */
const maxRemembered = 256

/** The packets that wait for an ACK, and which of them are lost. */
export class SentPackets {
  /** In the order they were sent. */
  readonly #waiting = new Map<number, SentPacket>()
  readonly #lost = new Map<number, SentPacket>()
  #largestAcked = -1
  /** When the next packet that has been overtaken will count as lost. */
  lossDueAtMs = Number.POSITIVE_INFINITY

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  add(packet: SentPacket): void {
    this.#waiting.set(packet.number, packet)
    packet.path.inFlightBytes += packet.bytes
  }

  /** Returns what has been acknowledged for the first time, in the order it was sent. */
  acknowledge({ largest, ranges }: Acknowledgement): SentPacket[] {
    this.#largestAcked = Math.max(this.#largestAcked, largest)
    const acked: SentPacket[] = []
    for (const packets of [this.#lost, this.#waiting]) {
      // Both ascend, but for a few of the lost ones: one that is missed here is only sent twice.
      let index = ranges.length - 1
      for (const packet of packets.values()) {
        while (index >= 0 && (ranges[index]?.to ?? 0) < packet.number) index -= 1
        const range = ranges[index]
        if (!range) break
        if (packet.number < range.from) continue
        packets.delete(packet.number)
        if (packets === this.#waiting) packet.path.inFlightBytes -= packet.bytes
        packet.path.largestAcked = Math.max(packet.path.largestAcked, packet.number)
        acked.push(packet)
      }
    }
    return acked
  }

  /** Takes out what is lost by now. `current`: packets of other paths count as lost by time alone. */
  takeLost(nowMs: number, current: Path): SentPacket[] {
    this.lossDueAtMs = Number.POSITIVE_INFINITY
    const lost: SentPacket[] = []
    for (const packet of this.#waiting.values()) {
      if (packet.number > this.#largestAcked) break
      const { path } = packet
      const isOvertaken = packet.number < path.largestAcked
      if (!isOvertaken && path === current) continue
      const waitMs = isOvertaken ? path.roundTrip.lossDelayMs : 2 * path.roundTrip.probeTimeoutMs(1)
      const dueAtMs = packet.stamp.sentAtMs + waitMs
      if (path.largestAcked - packet.number >= overtakenBy || dueAtMs <= nowMs) lost.push(packet)
      else this.lossDueAtMs = Math.min(this.lossDueAtMs, dueAtMs)
    }
    for (const packet of lost) this.#forget(packet)
    return lost
  }

  /** Takes out the oldest of them, lost or not: nothing has been acknowledged for too long. */
  takeOldest(count: number): SentPacket[] {
    const oldest: SentPacket[] = []
    for (const packet of this.#waiting.values()) {
      if (oldest.length === count) break
      oldest.push(packet)
    }
    for (const packet of oldest) this.#forget(packet)
    return oldest
  }

  #forget(packet: SentPacket): void {
    this.#waiting.delete(packet.number)
    packet.path.inFlightBytes -= packet.bytes
    this.#lost.set(packet.number, packet)
    for (const number of this.#lost.keys()) {
      if (this.#lost.size <= maxRemembered) break
      this.#lost.delete(number)
    }
  }
}
