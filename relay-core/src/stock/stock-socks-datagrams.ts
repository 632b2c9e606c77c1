import type { Duplex } from 'node:stream'
import { DatagramStream, unframed } from '../net/stream/datagram-stream.ts'
import { GatheredBytes } from './messages/gathered-bytes.ts'
import { encodePrefixed, readPrefix } from './messages/length-prefixed.ts'

/** A stock relay has room for this much and crashes on more, and on nothing at all: neither is ever sent to one. */
const maxReplyBytes = 1671

/** What UDP can carry. */
const maxPacketBytes = 65_507

const prefixBytes = 4

/** The relay's end of a `udp5` stream: packets go as messages, answers come as `i32le length | packet`. */
export function socksDatagramsAsRelay(stream: Duplex): DatagramStream {
  const reader = new PrefixedReader()
  return new DatagramStream(stream, {
    encode: unframed.encode,
    decode: (chunk, onDatagram) => reader.push(chunk, onDatagram),
  })
}

/** The agent's end of a `udp5` stream: the other way round. */
export function socksDatagramsAsAgent(stream: Duplex): DatagramStream {
  return new DatagramStream(stream, {
    encode: (packet) =>
      packet.length > 0 && packet.length <= maxReplyBytes ? encodePrefixed(Buffer.from(packet)) : undefined,
    decode: unframed.decode,
  })
}

/** Cuts `i32le length | packet` out of chunks of any size; throws a `RangeError` on a length that cannot be. */
class PrefixedReader {
  readonly #rest = new GatheredBytes()

  push(chunk: Uint8Array, onPacket: (packet: Uint8Array) => void): void {
    let at = 0
    while (at < chunk.length) {
      const piece = chunk.subarray(at, at + wantedBytes(this.#rest.bytes) - this.#rest.length)
      this.#rest.add(piece)
      at += piece.length
      const whole = this.#rest.bytes
      if (whole.length > prefixBytes && whole.length === wantedBytes(whole))
        onPacket(this.#rest.take().subarray(prefixBytes))
    }
  }
}

/** The length of the packet that begins here with its prefix, or of the prefix while that is not whole. */
function wantedBytes(bytes: Buffer): number {
  return bytes.length < prefixBytes ? prefixBytes : prefixBytes + readPrefix(bytes, { max: maxPacketBytes })
}
