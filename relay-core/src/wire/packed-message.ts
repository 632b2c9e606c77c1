import { ByteReader, ByteWriter } from './bytes.ts'
import { encodeFrame, frameType } from './frame.ts'

/** Bytes of a stream, packed (spec/wire.md §5). */
export interface Packed {
  /** How many bytes they are once unpacked. */
  readonly length: number
  /** How many bytes of padding hide how well they pack. */
  readonly padding: number
  /** A zstd frame. */
  readonly packed: Uint8Array
}

/** `padding` is at most 255. */
export function encodePacked({ length, padding, packed }: Packed): Uint8Array {
  const body = new ByteWriter().u32(length).u8(padding).bytes(new Uint8Array(padding)).bytes(packed)
  return encodeFrame(frameType.packed, body.finish())
}

export function decodePacked(body: Uint8Array): Packed {
  const reader = new ByteReader(body)
  const length = reader.u32()
  const padding = reader.u8()
  reader.bytes(padding)
  return { length, padding, packed: reader.bytes(reader.left) }
}
