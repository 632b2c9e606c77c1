import type { LabDisk } from '@nps-desktop/electron/contract'

/** From this percentage on a disk deserves a look. */
export const fullDisk = 80

/** One disk stands for all: the fullest where it deserves a look, else the one with the home folder. */
export function diskToShow(disks: readonly LabDisk[]): LabDisk | null {
  const percent = (disk: LabDisk): number => (100 * disk.usedBytes) / disk.totalBytes
  const [fullest] = disks.toSorted((a, b) => percent(b) - percent(a))
  if (!fullest || percent(fullest) >= fullDisk) return fullest ?? null
  return disks.find(({ isHome }) => isHome) ?? fullest
}
