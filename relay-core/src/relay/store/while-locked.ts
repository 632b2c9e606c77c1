import { pause } from '../../async/wait/pause.ts'
import { RelayError } from '../../api/errors.ts'

/** Longer than backing up a relay's state takes. */
const lockTimeoutMs = 15_000
const pauseMs = 100

/**
 * Does the work, and repeats it for up to 15 s while another program has locked the state file; traffic goes on meanwhile.
 * The work must begin with the part that may be refused, or be idempotent. Rejects as the work does.
 */
export async function whileLocked<T>(
  work: () => T | Promise<T>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const untilMs = performance.now() + lockTimeoutMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isLocked = error instanceof RelayError && error.code === 'state-locked'
      if (!isLocked || performance.now() > untilMs) throw error
      try {
        await pause(pauseMs, { signal })
      } catch {
        // Nobody waits any more: it fails with what the work failed with.
        throw error
      }
    }
  }
}
