import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

export interface SpliceOptions {
  /** Called with the number of bytes that went from `a` to `b`. */
  readonly onForward?: (bytes: number) => void
  /** Called with the number of bytes that went from `b` to `a`. */
  readonly onBackward?: (bytes: number) => void
}

/** Ends a stream so that its far end sees a reset and not an orderly end. */
export function resetStream(stream: Duplex): void {
  if (stream.destroyed) return
  // Node refuses to reset a TLSSocket; those are never spliced, but carry a stream.
  if (stream instanceof Socket && !(stream instanceof TLSSocket)) {
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
export function splice(a: Duplex, b: Duplex, { onForward, onBackward }: SpliceOptions = {}): Promise<void> {
  forward(a, b, onForward)
  forward(b, a, onBackward)
  // A visitor's socket was accepted paused, and stays so until it is told otherwise.
  a.resume()
  b.resume()
  return Promise.all([closed(a, b), closed(b, a)]).then(() => undefined)
}

function forward(from: Duplex, to: Duplex, count?: (bytes: number) => void): void {
  from.on('data', (chunk: Buffer) => {
    count?.(chunk.length)
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
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
