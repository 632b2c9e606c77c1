import type { PacketWay } from '../packet-way.ts'
import { Delivery, type DeliveryStamp } from './delivery.ts'
import type { Acknowledgement } from '../packets/frames.ts'
import { Pacer } from './pacer.ts'
import { PacketSize } from '../packets/packet-size.ts'
import { RateControl } from './rate-control.ts'
import { RoundTrip } from './round-trip.ts'

interface Arrived {
  readonly number: number
  readonly bytes: number
  readonly stamp: DeliveryStamp
}

/** The newest packet of an ACK, and what it says. */
interface Newest {
  readonly stamp: DeliveryStamp
  readonly ackedBytes: number
  readonly roundTripMs: number | undefined
}

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

  /** Packets that went by it have been acknowledged, by `ack` if that measures the round trip. Undefined where there are none. */
  onArrived(
    packets: readonly Arrived[],
    { nowMs, ack }: { nowMs: number; ack: Acknowledgement | undefined },
  ): Newest | undefined {
    let newest: Arrived | undefined
    let ackedBytes = 0
    for (const packet of packets) {
      this.delivery.onAcked(packet.bytes, nowMs)
      ackedBytes += packet.bytes
      if (!newest || packet.number > newest.number) newest = packet
    }
    if (!newest) return undefined
    const { number, stamp } = newest
    if (number !== ack?.largest) return { stamp, ackedBytes, roundTripMs: undefined }
    this.roundTrip.add(nowMs - stamp.sentAtMs, ack.delayMs)
    return { stamp, ackedBytes, roundTripMs: this.roundTrip.latestMs }
  }

  /** Once it is known what else an ACK means: pace and window follow. */
  adapt(
    { stamp, ackedBytes, roundTripMs }: Newest,
    { nowMs, lostBytes, inFlightBefore }: { nowMs: number; lostBytes: number; inFlightBefore: number },
  ): void {
    this.control.onAck({
      nowMs,
      roundTripMs,
      rate: this.delivery.rate(stamp, this.roundTrip.minMs),
      deliveredBefore: stamp.deliveredBytes,
      delivered: this.delivery.deliveredBytes,
      isAppLimited: stamp.isAppLimited,
      ackedBytes,
      lostBytes,
      inFlightBefore,
      inFlight: this.inFlightBytes,
    })
  }
}
