import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { FairReading } from './fair-reading.ts'
import { isSecure } from './secure-stream.ts'

/** Ends a stream so that its far end sees a reset and not an orderly end. */
export function resetStream(stream: Duplex): void {
  if (stream.destroyed) return
  // Node refuses to reset a TLSSocket; those are never spliced, but carry a stream.
  if (stream instanceof Socket && !isSecure(stream)) {
    stream.resetAndDestroy()
    return
  }
  // The error is for the far end; here it is no news.
  stream.on('error', () => undefined)
  stream.destroy(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' }))
}

/**
 * Joins two streams: bytes, half-close and reset pass both ways, and a side that does not read stops the other side's
 * sender. Both must be open and not yet flowing. Fulfils when both have closed; never rejects.
 */
export function splice(a: Duplex, b: Duplex): Promise<void> {
  forward(a, b)
  forward(b, a)
  return joinEnds(a, b)
}

function forward(from: Duplex, to: Duplex): void {
  const reading = new FairReading(from)
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) reading.hold()
    reading.took(chunk.length)
  })
  to.on('drain', () => reading.release())
  from.on('end', () => to.end())
}

/**
 * Lets two streams that are tied already flow, and passes the disorderly end of one on to the other; an abort resets both.
 * Fulfils when both have closed; never rejects.
 */
export async function joinEnds(a: Duplex, b: Duplex, signal?: AbortSignal): Promise<void> {
  const onAbort = () => {
    resetStream(a)
    resetStream(b)
  }
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  // A visitor's socket was accepted paused, and stays so until it is told otherwise.
  a.resume()
  b.resume()
  await Promise.all([closed(a, b), closed(b, a)])
  signal?.removeEventListener('abort', onAbort)
}

/** Fulfils when `stream` has closed; resets `other` unless both directions of `stream` had ended in order. */
function closed(stream: Duplex, other: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      if (!stream.readableEnded || !stream.writableFinished) resetStream(other)
      resolve()
    }
    // An error is always followed by `close`, which is where it is dealt with.
    stream.on('error', () => undefined)
    if (stream.closed) settle()
    else stream.once('close', settle)
  })
}
