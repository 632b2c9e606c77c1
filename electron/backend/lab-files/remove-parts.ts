import type { Log } from '@nps-desktop/relay-core/log'
import type { UseOptions } from '../lab-sessions/machine-sessions.ts'
import type { FileSide } from './sides/file-side.ts'
import type { TransferRun } from './transfer.ts'

/** Opens the lab box's files; disposed of by who uses them. */
export type OpenLab = (labId: string, options: UseOptions) => Promise<{ readonly lab: FileSide } & Disposable>

/** Removes what a transfer that was given up leaves behind, as far as it can be reached. Never rejects. */
export async function removeParts(
  { copy, direction, labId }: Pick<TransferRun, 'copy' | 'direction' | 'labId'>,
  { openLab, laptop, log }: { openLab: OpenLab; laptop: FileSide; log: Log },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  try {
    if (direction === 'down') {
      for (const part of copy.parts) await laptop.removeFile(part)
      return
    }
    using open = await openLab(labId, { signal })
    for (const part of copy.parts) await open.lab.removeFile(part)
  } catch (error) {
    // told by nobody: the next copy of the same file goes on with it
    log.info('the part of a transfer that was stopped stays', { error: String(error) })
  }
}
