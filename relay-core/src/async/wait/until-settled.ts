import { systemClock } from '../time/clock.ts'
import type { Wait } from './deadline.ts'

/** Cleans up after a wait. `isGivenUp`: nothing settled it; the signal fired or the time is up. */
export type EndWait = (isGivenUp: boolean) => void

/**
 * A promise that `begin` settles, unless the signal fires before (it rejects with its reason) or time is up (it rejects with
 * `onTimeout()`). Whatever ends the wait, the function that `begin` returned is called at that moment and not a turn later: nothing can
 * happen to a wait that is over. The wait rejects with what that function or `onTimeout` throws. If the signal has fired
 * already, nothing begins.
 */
export function untilSettled<T>(
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => EndWait,
  wait: Wait,
): Promise<T> {
  const { signal } = wait
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    let over: { readonly isGivenUp: boolean } | undefined
    let end: EndWait | undefined
    let timer: Disposable | undefined
    const finish = (isGivenUp: boolean, tell: () => void) => {
      if (over) return
      over = { isGivenUp }
      timer?.[Symbol.dispose]()
      signal?.removeEventListener('abort', onAbort)
      try {
        end?.(isGivenUp)
        tell()
      } catch (error) {
        reject(error as Error)
      }
    }
    const onAbort = () => finish(true, () => reject(signal?.reason as Error))
    signal?.addEventListener('abort', onAbort)
    if (wait.timeoutMs !== undefined) {
      const { timeoutMs, onTimeout, clock = systemClock } = wait
      timer = clock.after(timeoutMs, () => finish(true, () => reject(onTimeout())))
    }
    try {
      end = begin(
        (value) => finish(false, () => resolve(value)),
        (error) => finish(false, () => reject(error as Error)),
      )
    } catch (error) {
      finish(false, () => reject(error as Error))
    }
    // Over before it had told how it ends.
    if (over) end?.(over.isGivenUp)
  })
}
