import { pause } from '../../async/wait/pause.ts'
import { RelayError } from '../../api/errors.ts'

/** Longer than a backup of a relay's state takes. */
const limitMs = 15_000
const pauseMs = 100

/**
 * Does the work, and does it again for 15 s while another program holds the state file locked; traffic goes on meanwhile.
 * The work must begin with what may be refused, or be the same when it is done twice. Rejects as the work does.
 */
export async function whileLocked<T>(
  work: () => T | Promise<T>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const untilMs = performance.now() + limitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isLocked = error instanceof RelayError && error.code === 'state-locked'
      if (!isLocked || performance.now() > untilMs) throw error
      try {
        await pause(pauseMs, { signal })
      } catch {
        // Nobody waits any more: it stays at what the work failed with.
        throw error
      }
    }
  }
}
