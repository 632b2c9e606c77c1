import { posix } from 'node:path'

/** A tree of source folders in which the order of the folders alone says what may import what. */
export interface House {
  /** The folder that holds all storeys, from the repository's root. */
  readonly root: string
  /** The package that the house is: for others to import by name, its own files by path. */
  readonly packageName?: string
  /**
   * Its folders from the lowest to the highest, `.` for the root's own files. A file may import from its own folder and
   * from lower storeys; folders of one storey do not know each other.
   */
  readonly storeys: readonly (readonly string[])[]
}

/** Why `file` may not import `imported`, or null. Both are paths from the repository's root, with slashes. */
export function climb({ root, storeys }: House, file: string, imported: string): string | null {
  const from = folderIn(root, file)
  const to = folderIn(root, imported)
  if (from === undefined || to === undefined || from === to) return null
  const storeyOf = (folder: string) => storeys.findIndex((folders) => folders.includes(folder))
  const [low, high] = [storeyOf(from), storeyOf(to)]
  const homeless = low < 0 ? from : high < 0 ? to : undefined
  if (homeless !== undefined) return `${root}/${homeless} has no storey: give it one in build/lint/houses.ts.`
  if (high < low) return null
  return high === low
    ? `${from} and ${to} are on one storey and may not know each other.`
    : `${from} is below ${to} and may not import it: what both need belongs lower, or is handed in.`
}

function folderIn(root: string, path: string): string | undefined {
  const inside = posix.relative(root, path)
  return inside.startsWith('..') ? undefined : posix.dirname(inside)
}
