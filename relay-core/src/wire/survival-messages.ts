import { ByteReader, ByteWriter } from './bytes.ts'
import { encodeFrame, frameType, maxMessageLength } from './frame.ts'

/** How far a carrier has been received (spec/wire.md §5). */
export interface CarrierPosition {
  /** The carrier's number. */
  readonly carrier: number
  /** The bytes of DATA and the number of other frames, since the carrier began. */
  readonly position: number
}

/** `u32 carrier, u64 position` */
const entryLength = 12

/** How many carriers one ACK can speak of. */
export const maxAckEntries = Math.floor(maxMessageLength / entryLength)

export function encodeAck(entries: readonly CarrierPosition[]): Uint8Array {
  const writer = new ByteWriter()
  for (const { carrier, position } of entries) writer.u32(carrier).u64(position)
  return encodeFrame(frameType.ack, writer.finish())
}

export function decodeAck(body: Uint8Array): CarrierPosition[] {
  const reader = new ByteReader(body)
  const entries: CarrierPosition[] = []
  while (reader.left >= entryLength) entries.push({ carrier: reader.u32(), position: reader.u64() })
  return entries
}

/** The sender has given the carrier up: its stream is reset. */
export function encodeDrop(carrier: number): Uint8Array {
  return encodeFrame(frameType.drop, new ByteWriter().u32(carrier).finish())
}

export function decodeDrop(body: Uint8Array): number {
  return new ByteReader(body).u32()
}

/** The relay's answer to a connection that resumes a carrier: how far the relay has received it. */
export function encodeResumed(position: number): Uint8Array {
  return encodeFrame(frameType.resumed, new ByteWriter().u64(position).finish())
}

export function decodeResumed(body: Uint8Array): number {
  return new ByteReader(body).u64()
}
