import { systemClock, type Clock } from '../time/clock.ts'
import type { Abortable } from './deadline.ts'
import { untilSettled } from './until-settled.ts'

export interface PauseOptions extends Abortable {
  readonly clock?: Clock
  /** Whether it keeps the process alive; by default it does. */
  readonly ref?: boolean
}

/** Fulfils after this many milliseconds; rejects with the signal's reason if it fires first. */
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
