import { systemClock } from '../time/clock.ts'
import type { Deadline } from './deadline.ts'

/**
 * Does `work` with a signal that fires when the caller's does, with its reason, or when time is up, with `onTimeout()`. What the
 * work makes of that is not told on: it rejects with the caller's reason, with `onTimeout()`, or else as the work does. Waits for
 * the work to end; work that heeds no signal belongs into `until`.
 *
 * By hand, because `AbortSignal.any` and `AbortSignal.timeout` cost more than all the rest of opening a stream.
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
