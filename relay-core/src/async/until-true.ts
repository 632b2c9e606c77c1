import type { Wait } from './deadline.ts'
import { until } from './until.ts'

/**
 * Fulfils once `isSo`, asked now and at each change; a state that lasts for less than a turn of the event loop is seen too.
 * Rejects as `until` does, and with what `isSo` throws now.
 */
export async function untilTrue(
  subscribe: (look: () => void) => Disposable,
  isSo: () => boolean,
  wait: Wait,
): Promise<void> {
  const found = Promise.withResolvers<void>()
  const look = () => {
    if (isSo()) found.resolve()
  }
  using _subscription = subscribe(look)
  look()
  await until(found.promise, wait)
}
