import type { LabDisk } from '@nps-desktop/electron/contract'
import { diskPercent } from '../tell-me/alert-rows.ts'

/** From this percentage on a disk deserves a look. */
export const fullDisk = 80

/** The one that stands first: the fullest where it deserves a look, else the one with the home folder. The others follow by mount point. */
export function disksToShow(disks: readonly LabDisk[]): { first: LabDisk | null; others: LabDisk[] } {
  const [fullest = null] = disks.toSorted((a, b) => diskPercent(b) - diskPercent(a))
  const isFull = fullest !== null && diskPercent(fullest) >= fullDisk
  const first = isFull ? fullest : (disks.find(({ isHome }) => isHome) ?? fullest)
  return { first, others: disks.filter((disk) => disk !== first) }
}
