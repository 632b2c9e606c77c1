import { systemClock, type Clock } from './clock.ts'
import type { Abortable } from './deadline.ts'
import { until } from './until.ts'

export interface PauseOptions extends Abortable {
  readonly clock?: Clock
  /** Whether the process stays for it; by default it does. */
  readonly ref?: boolean
}

/** Fulfils after so many milliseconds; rejects with the signal's reason when that fires before. */
export async function pause(
  delayMs: number,
  { signal, clock = systemClock, ref = true }: PauseOptions = {},
): Promise<void> {
  signal?.throwIfAborted()
  const over = Promise.withResolvers<void>()
  using _timer = clock.after(delayMs, over.resolve, { ref })
  await until(over.promise, { signal })
}
