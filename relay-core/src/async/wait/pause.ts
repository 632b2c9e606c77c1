import { systemClock, type Clock } from '../time/clock.ts'
import type { Abortable } from './deadline.ts'
import { untilSettled } from './until-settled.ts'

export interface PauseOptions extends Abortable {
  readonly clock?: Clock
  /** Whether the process stays for it; by default it does. */
  readonly ref?: boolean
}

/** Fulfils after so many milliseconds; rejects with the signal's reason when that fires before. */
export function pause(
  delayMs: number,
  { signal, clock = systemClock, ref = true }: PauseOptions = {},
): Promise<void> {
  return untilSettled<void>(
    (resolve) => {
      const timer = clock.after(delayMs, resolve, { ref })
      return () => timer[Symbol.dispose]()
    },
    { signal },
  )
}
