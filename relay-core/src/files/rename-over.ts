import { rename } from 'node:fs/promises'
import { pause } from '../async/wait/pause.ts'

/** A virus scanner or an indexer holds a new file for some tens of milliseconds. */
const firstDelayMs = 10
const maxDelayMs = 200
/** Together some two seconds. */
const maxTries = 14

/**
 * Whether the system has refused to move or remove a file because another program has it open. Only Windows does that; it
 * uses the same codes for a file that may never be touched, so whoever tries again has to stop some time. EFAULT is what
 * Bun makes of the file of a running program.
 */
export function isHeld(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  const { code } = error as NodeJS.ErrnoException
  return platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY', 'EFAULT'].includes(code ?? '')
}

/** Puts a file in the place of another. On Windows, while that one is held, a few times more. */
export async function renameOver(
  from: string,
  to: string,
  {
    move = rename,
    platform = process.platform,
  }: { move?: (from: string, to: string) => Promise<void>; platform?: NodeJS.Platform } = {},
): Promise<void> {
  for (let tries = 1, delayMs = firstDelayMs; ; tries++, delayMs = Math.min(2 * delayMs, maxDelayMs)) {
    try {
      return await move(from, to)
    } catch (error) {
      if (tries === maxTries || !isHeld(error, platform)) throw error
      await pause(delayMs)
    }
  }
}
