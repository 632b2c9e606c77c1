import { systemClock } from './clock.ts'
import type { Wait } from './deadline.ts'

/**
 * Settles as `promise` does, unless the signal fires before (rejects with its reason) or time is up (rejects with
 * `onTimeout()`). Nobody hears of what the promise comes to later.
 */
export function until<T>(promise: Promise<T>, wait: Wait): Promise<T> {
  const { signal } = wait
  return new Promise((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal?.reason as Error))
    let timer: Disposable | undefined
    const settle = (how: () => void) => {
      timer?.[Symbol.dispose]()
      signal?.removeEventListener('abort', onAbort)
      how()
    }
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error as Error)),
    )
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort)
    if (wait.timeoutMs === undefined) return undefined
    const { timeoutMs, onTimeout, clock = systemClock } = wait
    timer = clock.after(timeoutMs, () => settle(() => reject(onTimeout())))
    return undefined
  })
}
