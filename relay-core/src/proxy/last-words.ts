import type { Duplex } from 'node:stream'
import { resetStream } from '../net/stream/splice.ts'

/** How long a visitor may take to hang up after the last answer. */
const lingerMs = 2_000

/**
 * Sends the last answer and ends the connection in order, so that it arrives even if the visitor has sent more than
 * was read. Fulfils when it is closed; never rejects.
 */
export async function endAfter(stream: Duplex, words: Uint8Array): Promise<void> {
  if (stream.closed) return
  const closed = new Promise((resolve) => stream.once('close', resolve))
  const timer = setTimeout(() => resetStream(stream), lingerMs)
  stream.end(words)
  stream.resume()
  await closed
  clearTimeout(timer)
}
