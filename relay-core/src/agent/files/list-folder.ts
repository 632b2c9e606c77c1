import { lstat, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isServed } from './requested-path.ts'
import { realInside } from './find-in-folder.ts'

export interface FolderEntry {
  readonly name: string
  readonly isFolder: boolean
  readonly bytes: number
  readonly changedMs: number
}

/** A longer page would be slow to build and of no use; files beyond it can still be fetched by name. */
export const maxEntries = 10_000

/** `stat` calls at once: the thread pool has four threads, and other streams of this agent need some of them. */
const atOnce = 32

/**
 * What a visitor may see in a folder: files and folders, not what is hidden, special, or a link that leads out of `root`.
 * Folders first, then by name. `path` and `root` are free of symbolic links.
 */
export async function listFolder(
  path: string,
  root: string,
): Promise<{ entries: FolderEntry[]; isComplete: boolean }> {
  const names: string[] = []
  let isComplete = true
  for await (const { name } of await opendir(path)) {
    if (!isServed(name)) continue
    if (names.length === maxEntries) {
      isComplete = false
      break
    }
    names.push(name)
  }
  const entries: FolderEntry[] = []
  for (let at = 0; at < names.length; at += atOnce) {
    const some = await Promise.all(names.slice(at, at + atOnce).map((name) => describe(path, root, name)))
    for (const entry of some) if (entry) entries.push(entry)
  }
  const byName = new Intl.Collator(undefined, { numeric: true })
  entries.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || byName.compare(a.name, b.name))
  return { entries, isComplete }
}

/** Undefined for anything that is not at served, or gone meanwhile. */
async function describe(folder: string, root: string, name: string): Promise<FolderEntry | undefined> {
  const path = join(folder, name)
  try {
    let stats = await lstat(path)
    if (stats.isSymbolicLink()) {
      const real = await realInside(root, path)
      if (real === undefined) return undefined
      stats = await stat(real)
    }
    if (!stats.isFile() && !stats.isDirectory()) return undefined
    return { name, isFolder: stats.isDirectory(), bytes: stats.size, changedMs: stats.mtimeMs }
  } catch {
    return undefined
  }
}
