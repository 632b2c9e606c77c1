import { WireError } from '../../wire/bytes.ts'

/**
 * What a packet holds once it is opened: frames, one after the other. All numbers are big-endian.
 *
 * ```
 * 00 PAD     zero bytes up to the end of the packet
 * 01 DATA    u32 stream, u48 offset, u16 length, bytes
 * 02 END     u32 stream, u48 size                 all bytes of this direction
 * 03 RESET   u32 stream, u48 size                 this direction ends before its end
 * 04 WINDOW  u32 stream (0: all together), u48 limit    bytes that may be sent, since the beginning
 * 05 ACK     u48 largest, u16 delay (10 µs), u8 count, count × (u16 skipped, u16 more); at most one in a packet
 * 06 PING    asks for an ACK
 * 07 PROBE   u32 token, to be answered at once on the way it came; at most one in a packet
 * 08 ECHO    u32 token
 * 09 BACK    the direct way is silent here: go by the relay
 * 0a BYE     the link has ended
 * ```
 *
 * In ACK each pair names a range of packets that have come, from the highest one downwards: `skipped` numbers below the
 * previous range (below `largest` + 1 for the first) the range begins, and has `more` packets below its first.
 */
export const frame = {
  pad: 0,
  data: 1,
  end: 2,
  reset: 3,
  window: 4,
  ack: 5,
  ping: 6,
  probe: 7,
  echo: 8,
  back: 9,
  bye: 10,
} as const

/** Bytes of a DATA frame besides its data. */
export const dataFrameBytes = 13

/** Bytes of END, RESET and WINDOW. */
export const streamFrameBytes = 11

/** How many ranges an ACK names at most: with one packet of a hundred lost they reach 3,200 packets back. */
export const maxAckRanges = 32

/** Bytes of ACK besides its ranges, of each range, and the unit of its delay. */
export const ackHeadBytes = 10
export const ackRangeBytes = 4
export const delayUnitMs = 0.01

/** Packets from `from` to `to` have come, both included. */
export interface NumberRange {
  from: number
  to: number
}

export interface Acknowledgement {
  readonly largest: number
  /** How long the receiver of `largest` has had it. */
  readonly delayMs: number
  /** The highest first; at least one. */
  readonly ranges: readonly NumberRange[]
}

/** Who is told what a packet says. */
export interface PacketFrameReceiver {
  onData(stream: number, offset: number, bytes: Buffer): void
  onEnd(stream: number, size: number): void
  onReset(stream: number, size: number): void
  onWindow(stream: number, limit: number): void
  onAck(ack: Acknowledgement): void
  onProbe(token: number): void
  onEcho(token: number): void
  onBack(): void
  onBye(): void
}

/** Tells `receiver` each frame. Returns whether they ask for an ACK. Throws WireError, perhaps after some frames. */
export function readFrames(plain: Buffer, receiver: PacketFrameReceiver): boolean {
  let at = 0
  let isEliciting = false
  let hasAck = false
  let hasProbe = false
  const need = (bytes: number) => {
    if (at + bytes > plain.length) throw new WireError('a frame beyond its packet')
  }
  while (at < plain.length) {
    const type = plain[at]
    at += 1
    if (type === frame.pad) break
    if (type !== frame.ack && type !== frame.probe && type !== frame.echo) isEliciting = true
    switch (type) {
      case frame.data: {
        need(dataFrameBytes - 1)
        const length = plain.readUInt16BE(at + 10)
        need(dataFrameBytes - 1 + length)
        const from = at + 12
        receiver.onData(
          plain.readUInt32BE(at),
          plain.readUIntBE(at + 4, 6),
          plain.subarray(from, from + length),
        )
        at = from + length
        break
      }
      case frame.end:
      case frame.reset:
      case frame.window: {
        need(streamFrameBytes - 1)
        const stream = plain.readUInt32BE(at)
        const number = plain.readUIntBE(at + 4, 6)
        at += streamFrameBytes - 1
        if (type === frame.end) receiver.onEnd(stream, number)
        else if (type === frame.reset) receiver.onReset(stream, number)
        else receiver.onWindow(stream, number)
        break
      }
      case frame.ack: {
        // Each is looked up among all packets that are under way.
        if (hasAck) throw new WireError('two ACKs in a packet')
        hasAck = true
        need(ackHeadBytes - 1)
        const count = plain[at + 8] ?? 0
        need(ackHeadBytes - 1 + count * ackRangeBytes)
        receiver.onAck(readAck(plain, at, count))
        at += ackHeadBytes - 1 + count * ackRangeBytes
        break
      }
      case frame.probe:
      case frame.echo: {
        need(4)
        const token = plain.readUInt32BE(at)
        at += 4
        if (type === frame.echo) {
          receiver.onEcho(token)
          break
        }
        // Each is answered by a packet of its own.
        if (hasProbe) throw new WireError('two probes in a packet')
        hasProbe = true
        receiver.onProbe(token)
        break
      }
      case frame.ping:
        break
      case frame.back:
        receiver.onBack()
        break
      case frame.bye:
        receiver.onBye()
        break
      default:
        throw new WireError(`unknown frame ${type} in a packet`)
    }
  }
  return isEliciting
}

function readAck(plain: Buffer, start: number, count: number): Acknowledgement {
  const largest = plain.readUIntBE(start, 6)
  const delayMs = plain.readUInt16BE(start + 6) * delayUnitMs
  if (count === 0 || count > maxAckRanges) throw new WireError(`an ACK of ${count} ranges`)
  const ranges: NumberRange[] = []
  let at = start + 9
  let below = largest + 1
  for (let index = 0; index < count; index++) {
    const to = below - 1 - plain.readUInt16BE(at)
    const from = to - plain.readUInt16BE(at + 2)
    if (from < 0) throw new WireError('an ACK of packets below the first')
    ranges.push({ from, to })
    below = from
    at += ackRangeBytes
  }
  return { largest, delayMs, ranges }
}
