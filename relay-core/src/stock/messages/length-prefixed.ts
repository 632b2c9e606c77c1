/** The protocol's strings and documents: `i32le length | bytes`, the length signed and never zero or negative. */

/** What stock peers accept for link info, configuration and reports. */
export const maxDocumentBytes = 65_536

export function encodePrefixed(content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const out = Buffer.allocUnsafe(4 + bytes.length)
  out.writeInt32LE(bytes.length, 0)
  bytes.copy(out, 4)
  return out
}

/** The length field, checked; throws a `RangeError` outside `min..max`. */
export function readPrefix(bytes: Buffer, { min = 1, max = maxDocumentBytes } = {}): number {
  const length = bytes.readInt32LE(0)
  if (length < min || length > max) throw new RangeError(`a length of ${length} is outside ${min}..${max}`)
  return length
}
