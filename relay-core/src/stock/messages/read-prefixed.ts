import type { Readable } from 'node:stream'
import { readExactly } from '../../net/stream/read-exactly.ts'
import { maxDocumentBytes, readPrefix } from './length-prefixed.ts'

/** Takes one `i32le length | bytes`; rejects with a `RangeError` when the length is outside `min..max`. */
export async function readPrefixed(
  stream: Readable,
  { signal, min = 1, max = maxDocumentBytes }: { signal: AbortSignal; min?: number; max?: number },
): Promise<Buffer> {
  const length = readPrefix(await readExactly(stream, 4, { signal }), { min, max })
  return readExactly(stream, length, { signal })
}
