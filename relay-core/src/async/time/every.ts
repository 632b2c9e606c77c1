import { systemClock, type Clock } from './clock.ts'

/** Calls `action` each `periodMs`, first after one period, until the returned handle is disposed of. */
export function every(
  periodMs: number,
  action: () => void,
  { clock = systemClock, ref = true }: { clock?: Clock; ref?: boolean } = {},
): Disposable {
  let timer: Disposable
  const next = () => {
    timer = clock.after(
      periodMs,
      () => {
        // The next one is scheduled first, so that an action may throw, or end the repetition.
        next()
        action()
      },
      { ref },
    )
  }
  next()
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}
