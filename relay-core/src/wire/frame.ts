import { WireError } from './bytes.ts'
import { PartialBody } from './partial-body.ts'

/** The kinds of frame, by the first byte of a frame's header. */
export const frameType = {
  hello: 0x01,
  welcome: 0x02,
  refused: 0x03,
  proof: 0x04,
  ping: 0x10,
  pong: 0x11,
  want: 0x12,
  bye: 0x13,
  config: 0x14,
  configured: 0x15,
  health: 0x16,
  ack: 0x17,
  drop: 0x18,
  use: 0x19,
  unlink: 0x1a,
  open: 0x20,
  opened: 0x21,
  failed: 0x22,
  data: 0x23,
  end: 0x24,
  reset: 0x25,
  resumed: 0x26,
  packed: 0x27,
  token: 0x28,
  candidates: 0x30,
} as const

/** A byte of type, three of length. */
export const headerLength = 4

/** The most payload in one DATA frame: big enough that the header costs nothing, small enough that END is never far. */
export const maxDataLength = 1024 * 1024

/** The most body in any other frame: four texts of 255 bytes and some, with room to grow. */
export const maxMessageLength = 4096

/** The most body in a PACKED frame: it is no longer than what it holds, which is at most this much. */
export const maxPackedLength = 64 * 1024

/** A frame's header. `length` counts what follows it. */
export function encodeHeader(type: number, length: number): Uint8Array {
  return Uint8Array.of(type, length >>> 16, length >>> 8, length)
}

/** A whole frame that is not DATA. */
export function encodeFrame(type: number, body?: Uint8Array): Uint8Array {
  const length = body?.length ?? 0
  const frame = new Uint8Array(headerLength + length)
  frame.set(encodeHeader(type, length))
  if (body) frame.set(body, headerLength)
  return frame
}

/** Where the frames of a link go. Called in the order of the bytes. */
export interface FrameReceiver {
  /** Whether PACKED frames may come, which are longer than other messages; without it they may not. */
  takesPacked?(): boolean
  /** A whole frame that is not DATA. `body` may share memory with the chunk it came in: decode it now or copy it. */
  onMessage(type: number, body: Uint8Array): void
  /** Some bytes of a DATA frame, as they come; one frame may be handed over in several parts. Never empty. */
  onData(part: Uint8Array): void
}

/** Cuts a byte stream into frames, however the network split or merged it. Holds at most one message body. */
export class FrameDecoder {
  #headerBytes = 0
  #header = 0
  #type = 0
  #dataLeft = 0
  #body: PartialBody | undefined

  /** Takes the next bytes; throws a WireError when they cannot be frames, after which the decoder must not be used again. */
  push(chunk: Uint8Array, receiver: FrameReceiver): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#dataLeft > 0) {
        const end = Math.min(chunk.length, at + this.#dataLeft)
        this.#dataLeft -= end - at
        receiver.onData(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end))
        at = end
      } else if (this.#body) {
        at = this.#body.take(chunk, at)
        const body = this.#body.whole
        if (body) {
          this.#body = undefined
          receiver.onMessage(this.#type, body)
        }
      } else {
        this.#header = this.#header * 256 + (chunk[at] ?? 0)
        at += 1
        this.#headerBytes += 1
        if (this.#headerBytes === headerLength) at = this.#begin(chunk, at, receiver)
      }
    }
  }

  /** A header is complete: says where to go on in `chunk`. */
  #begin(chunk: Uint8Array, at: number, receiver: FrameReceiver): number {
    this.#type = Math.floor(this.#header / 0x1000000)
    const length = this.#header % 0x1000000
    this.#header = 0
    this.#headerBytes = 0
    if (this.#type === frameType.data) {
      if (length > maxDataLength) throw new WireError(`DATA frame of ${length} bytes`)
      this.#dataLeft = length
      return at
    }
    const isPacked = this.#type === frameType.packed && receiver.takesPacked?.() === true
    const maxLength = isPacked ? maxPackedLength : maxMessageLength
    if (length > maxLength) throw new WireError(`frame of type ${this.#type} with ${length} bytes`)
    if (at + length <= chunk.length) {
      receiver.onMessage(this.#type, chunk.subarray(at, at + length))
      return at + length
    }
    this.#body = new PartialBody(length)
    return at
  }
}
