import type { Abortable } from '@nps-desktop/relay-core/async'
import { AppError } from '../../failures/app-error.ts'
import { someAtOnce } from '../../some-at-once.ts'
import { fileFailed, fileNotFound } from '../sides/file-failures.ts'
import type { FileSide, Found } from '../sides/file-side.ts'

/** A tree of more entries is not copied: its list alone would fill the memory. */
const maxEntries = 500_000
/** Deeper than any tree that a person made: each name of the way is kept for each file. */
const maxDepth = 200
/** Folders that are read at once. */
const foldersAtOnce = 8

export interface PlannedFile {
  /** Names from the top of the copy, which is the empty list. */
  readonly names: readonly string[]
  readonly found: Found
}

/** All that a copy of one file or folder makes. */
export interface CopyPlan {
  readonly isFolder: boolean
  /** Each after the one that it lies in. */
  readonly folders: readonly (readonly string[])[]
  readonly files: readonly PlannedFile[]
  readonly bytes: number
  /** Links to folders, which might lead in circles, and what is no file: devices, sockets. */
  readonly leftOut: number
}

/** Looks at everything below `source`. A link to a file counts as the file. */
export async function planCopy(side: FileSide, source: string, { signal }: Abortable): Promise<CopyPlan> {
  const top = await side.look(source, { follow: true })
  if (top === null) throw fileNotFound(source)
  const folders: string[][] = []
  const files: PlannedFile[] = []
  let leftOut = 0
  if (top.kind === 'other') throw fileFailed(source, 'not a file')
  if (top.kind === 'file') files.push({ names: [], found: top })
  let level: string[][] = top.kind === 'folder' ? [[]] : []
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw fileFailed(source, 'too many folders in each other')
    const next: string[][] = []
    folders.push(...level)
    await someAtOnce(level, foldersAtOnce, async (names) => {
      signal?.throwIfAborted()
      const folder = pathOf(side, source, names)
      for (const { name, ...one } of await side.list(folder)) {
        const path = side.join(folder, name)
        const found = one.kind === 'link' ? await behindLink(side, path) : one
        if (found?.kind === 'file') files.push({ names: [...names, name], found })
        else if (found?.kind === 'folder' && one.kind !== 'link') next.push([...names, name])
        else leftOut++
        if (files.length + folders.length + next.length > maxEntries)
          throw fileFailed(source, `more than ${maxEntries} files`)
      }
    })
    level = next
  }
  const bytes = files.reduce((sum, { found }) => sum + found.bytes, 0)
  return { isFolder: top.kind === 'folder', folders, files, bytes, leftOut }
}

/** Null for a link that leads nowhere, in a circle, or to where this account may not look. */
async function behindLink(side: FileSide, path: string): Promise<Found | null> {
  try {
    return await side.look(path, { follow: true })
  } catch (error) {
    if (error instanceof AppError && (error.code === 'file-failed' || error.code === 'file-read-denied'))
      return null
    throw error
  }
}

export function pathOf(side: FileSide, top: string, names: readonly string[]): string {
  return names.reduce((folder, name) => side.join(folder, name), top)
}
