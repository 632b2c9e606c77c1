import { systemClock } from '../time/clock.ts'
import type { Deadline } from './deadline.ts'

/**
 * Does `work` with a signal that fires when the caller's does, with its reason, or when time is up, with `onTimeout()`. What the
 * work throws then is not passed on: it rejects with the caller's reason, with `onTimeout()`, or else as the work does. Waits for
 * the work to end; work that ignores signals belongs in `until`.
 *
 * Written out, because `AbortSignal.any` and `AbortSignal.timeout` cost more than everything else about opening a stream.
 */
export async function withDeadline<T>(
  { signal, timeoutMs, onTimeout, clock = systemClock }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  using _timer = clock.after(timeoutMs, () => stop.abort(onTimeout()))
  try {
    return await work(stop.signal)
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}
