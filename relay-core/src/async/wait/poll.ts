import type { Deadline } from './deadline.ts'
import { pause } from './pause.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * Looks again each `everyMs` until there is an answer: for what tells nobody that it has changed. Rejects as `look` does, with
 * the signal's reason, or with `onTimeout()`.
 */
export function poll<T>(
  look: () => T | undefined | Promise<T | undefined>,
  { everyMs, ...deadline }: Deadline & { readonly everyMs: number },
): Promise<T> {
  const { clock } = deadline
  return withDeadline(deadline, async (signal) => {
    for (;;) {
      const answer = await look()
      if (answer !== undefined) return answer
      await pause(everyMs, { signal, ...(clock && { clock }) })
    }
  })
}
