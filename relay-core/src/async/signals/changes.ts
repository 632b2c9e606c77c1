import type { Abortable } from '../wait/deadline.ts'

/** A `Signal`, whatever it tells. */
export interface Subscribable {
  subscribe(listener: () => void): Disposable
}

/**
 * Yields at once, then after each change, until `signal` fires, which ends it without an error. Changes that arrive faster
 * than they are consumed are merged into one, so nothing piles up.
 */
export async function* changes(
  changed: Subscribable,
  { signal }: Abortable = {},
): AsyncGenerator<void, void, void> {
  let isDue = true
  let wake: () => void = () => undefined
  const touch = () => {
    isDue = true
    wake()
  }
  using _subscription = changed.subscribe(touch)
  signal?.addEventListener('abort', touch)
  try {
    while (!signal?.aborted) {
      if (isDue) {
        isDue = false
        yield
      } else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', touch)
  }
}
