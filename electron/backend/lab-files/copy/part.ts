import { AppError } from '../../failures/app-error.ts'
import type { FileSide, Found, OpenFile } from '../sides/file-side.ts'
import { partName } from './file-names.ts'

export interface FileCopy {
  readonly from: FileSide
  readonly to: FileSide
  readonly source: string
  readonly target: string
  /** As it was when the copy was planned. */
  readonly found: Found
  /** A file that has the name already is replaced, at the end and in one step. */
  readonly replace: boolean
  /** A part of which it is not known that this run of the app has written it. */
  readonly isUnproved: (part: string) => boolean
  /** How much of it is at its place; goes back where a part could not be used. */
  readonly onProgress: (bytes: number) => void
  /** The part is begun, and has come to its end: until then it is what a copy that is given up leaves. */
  readonly onPart?: (part: string, isThere: boolean) => void
  readonly signal: AbortSignal
}

/** Where the part of such an original lies. */
export function partOf(
  { to, source, target }: Pick<FileCopy, 'to' | 'source' | 'target'>,
  found: Found,
): string {
  return to.join(to.folderOf(target), partName(lastName(to, target), { path: source, ...found }))
}

/** A part that has not been begun is never gone on with, nor followed. */
export async function openPart(
  to: FileSide,
  part: string,
  { begun, mode }: { begun: number; mode: number | null },
): Promise<OpenFile> {
  if (begun > 0) return await to.openToWrite(part, { isNew: false, mode })
  try {
    return await to.openToWrite(part, { isNew: true, mode })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'file-exists') throw error
    // never followed, should it be a link: what has its name goes
    await to.removeFile(part)
    return await to.openToWrite(part, { isNew: true, mode })
  }
}

function lastName(side: FileSide, path: string): string {
  const folder = side.folderOf(path)
  return path.slice(folder.length).replace(/^[/\\]+/, '')
}
