import type { Wait } from './deadline.ts'
import { untilSettled } from './until-settled.ts'

/**
 * Settles as `promise` does, unless the signal fires before (rejects with its reason) or time is up (rejects with
 * `onTimeout()`). How the promise settles later is ignored.
 */
export function until<T>(promise: Promise<T>, wait: Wait): Promise<T> {
  promise.catch(ignore)
  return untilSettled<T>((resolve, reject) => {
    promise.then(resolve, reject)
    return ignore
  }, wait)
}

function ignore(): void {}
