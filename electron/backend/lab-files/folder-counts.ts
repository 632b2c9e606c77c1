import { type FolderCount, maxCountedItems } from '@nps-desktop/electron/contract'
import type { LabSide } from './sides/lab-side.ts'
import { readRemoteFolder } from './sides/remote-folder.ts'
import { someAtOnce } from '../some-at-once.ts'

/** Each is read with several questions at once already. */
const countedAtOnce = 4

/**
 * How much is in each folder of `folder` that `names` has, in its order; null for one that may not be read. Counts no further than
 * `maxCountedItems`, and begins no other once `signal` is aborted.
 */
export async function countFolders(
  lab: LabSide,
  folder: string,
  names: readonly string[],
  { signal }: { signal: AbortSignal },
): Promise<FolderCount[]> {
  const counts = names.map((): FolderCount => null)
  await someAtOnce([...names.entries()], countedAtOnce, async ([at, name]) => {
    signal.throwIfAborted()
    const path = lab.join(folder, name)
    try {
      const { entries, isWhole } = await readRemoteFolder(lab.channel, path, maxCountedItems)
      counts[at] = { items: entries.length, isWhole }
    } catch (error) {
      // a channel that is gone is no folder that may not be read
      if (!lab.channel.isOpen) throw await lab.failure('read', path, error)
    }
  })
  return counts
}
