import { ByteReader, ByteWriter } from './bytes.ts'
import { encodeFrame, frameType } from './frame.ts'
import { hostField } from './text-fields.ts'

/** A part of a document that may be larger than one message. */
export interface DocumentPart {
  /** Whether another part follows. */
  readonly more: boolean
  readonly part: Uint8Array
}

/** The most bytes in one part: with what stands before them they fit one message. */
export const maxPartLength = 4000

/** What an agent brings along to its relay. */
export function encodeConfig(part: DocumentPart): Uint8Array {
  return encodePart(frameType.config, part)
}

/** What became of it. */
export function encodeConfigured(part: DocumentPart): Uint8Array {
  return encodePart(frameType.configured, part)
}

function encodePart(type: number, { more, part }: DocumentPart): Uint8Array {
  return encodeFrame(
    type,
    new ByteWriter()
      .u8(more ? 1 : 0)
      .u16(part.length)
      .bytes(part)
      .finish(),
  )
}

/** The body of a CONFIG or a CONFIGURED. */
export function decodePart(body: Uint8Array): DocumentPart {
  const reader = new ByteReader(body)
  const more = reader.u8() !== 0
  return { more, part: reader.bytes(reader.u16()) }
}

/** A target as the agent sees it. */
export interface Health {
  /** `host:port` as its tunnels have it. */
  readonly target: string
  readonly up: boolean
}

export function encodeHealth({ target, up }: Health): Uint8Array {
  return encodeFrame(
    frameType.health,
    new ByteWriter()
      .text(target)
      .u8(up ? 1 : 0)
      .finish(),
  )
}

export function decodeHealth(body: Uint8Array): Health {
  const reader = new ByteReader(body)
  return { target: hostField(reader.text()), up: reader.u8() !== 0 }
}
