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

/** By which a visitor finds its visit again, after the connection was cut; 16 bytes. */
export const tokenLength = 16

/** The relay lets the visit survive its connection; said before OPENED. */
export function encodeToken(token: Uint8Array): Uint8Array {
  return encodeFrame(frameType.token, new ByteWriter().bytes(token).finish())
}

export function decodeToken(body: Uint8Array): Uint8Array {
  return new ByteReader(body).bytes(tokenLength)
}

/** What a visitor asks for behind its HELLO. */
export type VisitSurvival =
  /** That the visit survives its connection. */
  | { readonly asks: 'survive' }
  /** To go on where an earlier connection was cut; `position`: how far the visitor has received the visit. */
  | { readonly asks: 'resume'; readonly token: Uint8Array; readonly position: number }
  /** That the relay waits for it no longer. */
  | { readonly asks: 'drop'; readonly token: Uint8Array }

const askByte = { survive: 1, resume: 2, drop: 3 } as const

export function writeVisitSurvival(writer: ByteWriter, survival: VisitSurvival): ByteWriter {
  writer.u8(askByte[survival.asks])
  if (survival.asks !== 'survive') writer.bytes(survival.token)
  if (survival.asks === 'resume') writer.u64(survival.position)
  return writer
}

/** Undefined for a visitor that asks for nothing of it, or for what only a newer relay knows. */
export function readVisitSurvival(reader: ByteReader): VisitSurvival | undefined {
  switch (reader.left > 0 ? reader.u8() : 0) {
    case askByte.survive:
      return { asks: 'survive' }
    case askByte.resume:
      return { asks: 'resume', token: reader.bytes(tokenLength), position: reader.u64() }
    case askByte.drop:
      return { asks: 'drop', token: reader.bytes(tokenLength) }
    default:
      return undefined
  }
}
