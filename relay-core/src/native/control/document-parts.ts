import { WireError } from '../../wire/bytes.ts'
import { maxPartLength, type DocumentPart } from '../../wire/agent-messages.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** How much an agent may bring along: some hundred tunnels. */
export const maxDocumentBytes = 65_536

/** Cuts a document into messages; throws a RangeError when it is too large for the peer. */
export function documentParts(document: string): DocumentPart[] {
  const bytes = new TextEncoder().encode(document)
  if (bytes.length > maxDocumentBytes)
    throw new RangeError(`a document of ${bytes.length} bytes, above ${maxDocumentBytes}`)
  const parts: DocumentPart[] = []
  for (let at = 0; at < bytes.length; at += maxPartLength) {
    const end = at + maxPartLength
    parts.push({ more: end < bytes.length, part: bytes.subarray(at, end) })
  }
  return parts
}

/** Joins the parts. Holds one document at most. */
export class DocumentReader {
  #parts: Uint8Array[] = []
  #length = 0

  /**
   * The document once it is whole; throws a WireError when it grows too large, or is not UTF-8: each wrong byte, replaced by U+FFFD,
   * would take three in the answer, which has the same limit.
   */
  take({ more, part }: DocumentPart): string | undefined {
    this.#length += part.length
    // Empty parts would cost something too.
    if (this.#length > maxDocumentBytes || part.length === 0) throw new WireError('a document out of bounds')
    this.#parts.push(part)
    if (more) return undefined
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    return decode(bytes)
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new WireError('a document that is not UTF-8')
  }
}
