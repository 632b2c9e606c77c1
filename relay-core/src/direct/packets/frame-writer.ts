import { ackHeadBytes, ackRangeBytes, delayUnitMs, frame, maxAckRanges, type NumberRange } from './frames.ts'

const maxU16 = 0xffff

/** Puts frames into one packet. Every method but `data` needs its room checked before. */
export class FrameWriter {
  readonly #bytes: Buffer
  #limit: number
  #at = 0

  constructor(maxBytes: number) {
    this.#bytes = Buffer.alloc(maxBytes)
    this.#limit = maxBytes
  }

  /** Begins another packet, of at most `limit` bytes. */
  begin(limit: number): void {
    this.#at = 0
    this.#limit = Math.min(limit, this.#bytes.length)
  }

  get length(): number {
    return this.#at
  }

  get room(): number {
    return this.#limit - this.#at
  }

  /** What has been written: valid until the next `begin`. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  data(stream: number, offset: number, bytes: Uint8Array): void {
    this.#streamFrame(frame.data, stream, offset)
    this.#bytes.writeUInt16BE(bytes.length, this.#at)
    this.#bytes.set(bytes, this.#at + 2)
    this.#at += 2 + bytes.length
  }

  end(stream: number, size: number): void {
    this.#streamFrame(frame.end, stream, size)
  }

  reset(stream: number, size: number): void {
    this.#streamFrame(frame.reset, stream, size)
  }

  window(stream: number, limit: number): void {
    this.#streamFrame(frame.window, stream, limit)
  }

  /** As many of the ranges, highest first, as there is room for. */
  ack(ranges: readonly NumberRange[], delayMs: number): void {
    const [first] = ranges
    if (!first || this.room < ackHeadBytes + ackRangeBytes) return
    const start = this.#at
    this.#bytes[start] = frame.ack
    this.#bytes.writeUIntBE(first.to, start + 1, 6)
    this.#bytes.writeUInt16BE(Math.min(maxU16, Math.max(0, Math.round(delayMs / delayUnitMs))), start + 7)
    let at = start + ackHeadBytes
    let count = 0
    let below = first.to + 1
    for (const { from, to } of ranges) {
      const skipped = below - 1 - to
      if (count === maxAckRanges || skipped > maxU16 || at + ackRangeBytes > this.#limit) break
      const more = Math.min(maxU16, to - from)
      this.#bytes.writeUInt16BE(skipped, at)
      this.#bytes.writeUInt16BE(more, at + 2)
      at += ackRangeBytes
      count += 1
      below = to - more
      // The rest of a long range has been acknowledged long ago.
      if (below > from) break
    }
    this.#bytes[start + 9] = count
    this.#at = at
  }

  ping(): void {
    this.#type(frame.ping)
  }

  back(): void {
    this.#type(frame.back)
  }

  bye(): void {
    this.#type(frame.bye)
  }

  probe(token: number): void {
    this.#token(frame.probe, token)
  }

  echo(token: number): void {
    this.#token(frame.echo, token)
  }

  /** Fills the packet up. */
  pad(): void {
    this.#bytes.fill(0, this.#at, this.#limit)
    this.#at = this.#limit
  }

  #type(type: number): void {
    this.#bytes[this.#at] = type
    this.#at += 1
  }

  #token(type: number, token: number): void {
    this.#type(type)
    this.#at = this.#bytes.writeUInt32BE(token, this.#at)
  }

  #streamFrame(type: number, stream: number, number: number): void {
    this.#type(type)
    this.#at = this.#bytes.writeUInt32BE(stream, this.#at)
    this.#at = this.#bytes.writeUIntBE(number, this.#at, 6)
  }
}
