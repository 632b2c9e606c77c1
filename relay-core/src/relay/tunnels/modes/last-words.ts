import type { Socket } from 'node:net'
import { resetStream } from '../../../net/stream/splice.ts'

/** How long a visitor that has been told the last word may take to hang up. */
const lingerMs = 2_000

/**
 * Sends the last words and ends the connection in order, so that they arrive also where the visitor has sent more than
 * was read. Fulfils when it is closed; never rejects.
 */
export async function endAfter(socket: Socket, words: Uint8Array): Promise<void> {
  if (socket.closed) return
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const timer = setTimeout(() => resetStream(socket), lingerMs)
  socket.end(words)
  socket.resume()
  await closed
  clearTimeout(timer)
}
