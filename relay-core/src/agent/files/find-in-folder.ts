import { constants, type Stats } from 'node:fs'
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isServed } from './requested-path.ts'

export type FoundInFolder =
  /** The caller closes `handle`. */
  | { readonly kind: 'file'; readonly name: string; readonly handle: FileHandle; readonly stats: Stats }
  /** `path` is free of symbolic links. */
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'missing' }

const missing: FoundInFolder = { kind: 'missing' }

/** Neither follows a link at the end of the path nor waits for the other end of a pipe. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * What lies at `names` below `folder`. Symbolic links are followed as long as they stay inside the folder and meet no
 * hidden name; what is neither a file nor a folder (pipes, devices, sockets), and what this user may not read, is missing. Rejects with the
 * system's error when the folder itself cannot be found.
 */
export async function findInFolder(folder: string, names: readonly string[]): Promise<FoundInFolder> {
  const root = await realpath(folder)
  const path = await realInside(root, join(root, ...names))
  if (path === undefined) return missing
  let handle: FileHandle | undefined
  try {
    const before = await lstat(path)
    if (before.isDirectory()) return { kind: 'folder', path }
    // Opening a device may trigger it.
    if (!before.isFile()) return missing
    handle = await open(path, openFlags)
    const stats = await handle.stat()
    // Someone on this machine may have put a link or a pipe there meanwhile.
    if (!stats.isFile() || (await realInside(root, path)) !== path) return missing
    const found: FoundInFolder = { kind: 'file', name: names.at(-1) ?? '', handle, stats }
    handle = undefined
    return found
  } catch (error) {
    if (!isSystemError(error)) throw error
    return missing
  } finally {
    await handle?.close()
  }
}

/**
 * The path without symbolic links if it lies in `root` (itself free of links) or is it; else undefined. Hidden names are
 * refused here too: a link with a plain name must not lead to `.ssh`.
 */
export async function realInside(root: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path)
    return isServedBelow(root, real) ? real : undefined
  } catch (error) {
    if (!isSystemError(error)) throw error
    return undefined
  }
}

/** Whether `path` is `root` or lies in it, with no hidden name on the way from there. Both absolute and normalised. */
export function isServedBelow(root: string, path: string): boolean {
  if (path === root) return true
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return false
  return relative(root, path).split(sep).every(isServed)
}

/** Missing, forbidden, too many links, a name too long, a socket: all the same to a visitor. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
}
