import type { Deadline } from './deadline.ts'
import { pause } from './pause.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * Calls `look` now and every `intervalMs` until it has an answer, for things that announce no change. Rejects as `look` does, with
 * the signal's reason, or with `onTimeout()`.
 */
export function poll<T>(
  look: () => T | undefined | Promise<T | undefined>,
  { intervalMs, ...deadline }: Deadline & { readonly intervalMs: number },
): Promise<T> {
  const { clock } = deadline
  return withDeadline(deadline, async (signal) => {
    for (;;) {
      const answer = await look()
      if (answer !== undefined) return answer
      await pause(intervalMs, { signal, ...(clock && { clock }) })
    }
  })
}
