import type { PacketWay } from '../packet-way.ts'
import { Delivery } from './delivery.ts'
import { Pacer } from './pacer.ts'
import { PacketSize } from './packet-size.ts'
import { RateControl } from './rate-control.ts'
import { RoundTrip } from './round-trip.ts'

/** A way while packets go by it, with all that is known of it. What went by another path says nothing of this one. */
export class Path {
  readonly way: PacketWay
  readonly roundTrip: RoundTrip
  readonly delivery: Delivery
  readonly control: RateControl
  readonly pacer: Pacer
  readonly size: PacketSize
  inFlightBytes = 0
  /** The highest number of a packet that went by this path and has been acknowledged. */
  largestAcked = -1

  /** `roundTripMs` is a guess or a first measurement. */
  constructor(way: PacketWay, { nowMs, roundTripMs }: { nowMs: number; roundTripMs: number }) {
    this.way = way
    this.roundTrip = new RoundTrip(roundTripMs)
    this.delivery = new Delivery(nowMs)
    this.size = new PacketSize(way.maxPacket)
    this.control = new RateControl({ packetBytes: this.size.bytes, roundTripMs })
    this.pacer = new Pacer(nowMs, this.size.bytes)
  }

  get hasRoom(): boolean {
    return this.inFlightBytes + this.size.bytes <= this.control.windowBytes
  }
}
