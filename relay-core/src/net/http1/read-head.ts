import { TooLong, type ByteSource } from './byte-source.ts'
import { BadHead } from './head.ts'

/** Empty lines before a head, which some clients send after a body (RFC 9112 §2.2). */
const maxEmptyLines = 4

const firstBytes = /^[!#$%&'*+.^_`|~\dA-Za-z\r\n-]$/

/**
 * The lines of the next head, each byte a character, without their endings. These may be CR LF or LF alone, but a
 * request has only one kind: something in front of us may have seen a different end. Undefined: the stream ended before the head did.
 * Rejects with `BadHead`.
 */
export async function readHeadLines(
  source: ByteSource,
  { maxBytes, of }: { maxBytes: number; of: 'request' | 'answer' },
): Promise<string[] | undefined> {
  const lines: string[] = []
  const ends = new Set<string>()
  let left = maxBytes
  let emptyLines = 0
  const first = await source.peek()
  // Another protocol, whose lines would never come.
  if (first !== undefined && !firstBytes.test(String.fromCharCode(first)))
    throw new BadHead('this is no HTTP')
  for (;;) {
    const bytes = await lineWithin(source, left)
    if (!bytes) return undefined
    left -= bytes.length
    const text = bytes.toString('latin1')
    const end = text.endsWith('\r\n') ? '\r\n' : '\n'
    const line = text.slice(0, -end.length)
    if (line === '' && lines.length === 0) {
      emptyLines += 1
      if (emptyLines > maxEmptyLines) throw new BadHead('nothing but empty lines')
      continue
    }
    ends.add(end)
    if (of === 'request' && (ends.size > 1 || line.includes('\r')))
      throw new BadHead('lines end in different ways')
    if (line === '') return lines
    lines.push(line)
  }
}

async function lineWithin(source: ByteSource, maxBytes: number): Promise<Buffer | undefined> {
  try {
    return await source.line(maxBytes)
  } catch (error) {
    if (error instanceof TooLong) throw new BadHead('the head is too long', 431)
    throw error
  }
}
