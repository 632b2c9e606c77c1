import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { FairReading } from './fair-reading.ts'
import { lineTimeoutMs, LocalHostGuard, misdirected } from '../listen/local-host-guard.ts'
import { isSecure } from '../tls/secure-stream.ts'

/** Ends a stream so that its far end sees a reset instead of an orderly end. */
export function resetStream(stream: Duplex): void {
  if (stream.destroyed) return
  // Node refuses to reset a TLSSocket; those are never spliced, but carry a stream.
  if (stream instanceof Socket && !isSecure(stream)) {
    if (isShuttingDown(stream)) stream.destroy()
    else stream.resetAndDestroy()
    return
  }
  // The error is for the far end; here it is not news.
  stream.on('error', () => undefined)
  stream.destroy(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' }))
}

/**
 * All bytes are with the kernel, and the orderly end follows them in this turn or the next. libuv refuses a reset then, and Node
 * forgets the descriptor without having closed it: there is no `close` ever (uv_tcp_close_reset answers EINVAL).
 */
function isShuttingDown(socket: Socket): boolean {
  return socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished
}

/** As `splice`; a request over HTTP that comes from `local` must name this machine (see LocalHostGuard), or it is refused. */
export function spliceLocal(local: Duplex, there: Duplex): Promise<void> {
  forward(local, guarded(local, there))
  forward(there, local)
  return joinEnds(local, there)
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

/** The writing half of a stream. */
type Sink = Pick<Duplex, 'write' | 'end'> & { on(event: 'drain', listener: () => void): unknown }

function forward(from: Duplex, to: Sink): void {
  const reading = new FairReading(from)
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) reading.hold()
    reading.took(chunk.length)
  })
  to.on('drain', () => reading.release())
  from.on('end', () => to.end())
}

/** `to`, which gets what `from` sends once the guard has let it pass; `from` gets the answer when it was refused. */
function guarded(from: Duplex, to: Duplex): Sink {
  const guard = new LocalHostGuard()
  let state: 'looking' | 'passing' | 'refused' = 'looking'
  let timer: NodeJS.Timeout | undefined
  const pass = (bytes: Buffer) => {
    clearTimeout(timer)
    state = 'passing'
    return bytes.length === 0 || to.write(bytes)
  }
  from.once('close', () => clearTimeout(timer))
  return {
    on: (event, listener) => to.on(event, listener),
    write: (chunk: Buffer) => {
      if (state !== 'looking') return state === 'refused' || to.write(chunk)
      const verdict = guard.take(chunk)
      if (verdict === 'refuse') {
        clearTimeout(timer)
        state = 'refused'
        // Ended in order first: the visitor should see the answer, not the reset of `to`.
        from.end(misdirected, () => resetStream(to))
        return true
      }
      if (verdict !== 'wait') return pass(verdict.pass)
      if (!guard.isWaitingForLine) clearTimeout(timer)
      else timer ??= setTimeout(() => pass(guard.release().pass), lineTimeoutMs)
      return true
    },
    end: () => {
      if (state === 'looking') pass(guard.release().pass)
      if (state === 'passing') to.end()
      return to
    },
  }
}

/**
 * Lets two streams that are already joined flow, and passes the disorderly end of one on to the other; an abort resets both.
 * Fulfils when both have closed; never rejects.
 */
export async function joinEnds(a: Duplex, b: Duplex, signal?: AbortSignal): Promise<void> {
  const onAbort = () => {
    resetStream(a)
    resetStream(b)
  }
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  // A visitor's socket was accepted paused, and stays so until it is resumed.
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
    // An error is always followed by `close`, where it is handled.
    stream.on('error', () => undefined)
    if (stream.closed) settle()
    else stream.once('close', settle)
  })
}
