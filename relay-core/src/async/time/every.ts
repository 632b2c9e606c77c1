import { systemClock, type Clock } from './clock.ts'

/** Calls `action` each `periodMs`, first after one period, until the answer is disposed of. */
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
        // The next one first: an action that throws or that ends the repetition finds it as it should be.
        next()
        action()
      },
      { ref },
    )
  }
  next()
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}
