import type { Wait } from './deadline.ts'
import { untilSettled } from './until-settled.ts'

/**
 * Fulfils as soon as `isSo()` is true. It is asked now and at each change, so a state shorter than a turn of the event loop is seen too.
 * Rejects as `until` does, and with what `isSo` throws now.
 */
export function untilTrue(
  subscribe: (look: () => void) => Disposable,
  isSo: () => boolean,
  wait: Wait,
): Promise<void> {
  return untilSettled<void>((resolve) => {
    const look = () => {
      if (isSo()) resolve()
    }
    const subscription = subscribe(look)
    try {
      look()
    } catch (error) {
      subscription[Symbol.dispose]()
      throw error
    }
    return () => subscription[Symbol.dispose]()
  }, wait)
}
