import { AppError } from '../../failures/app-error.ts'
import { fileChanged, fileExists, isDiskFull } from '../sides/file-failures.ts'
import type { FileSide, Found, OpenFile } from '../sides/file-side.ts'
import { partName } from './file-names.ts'
import { pump, windowBytes } from './pump.ts'

/** Below this a copy that was cut begins anew: asking what is there takes longer. */
export const resumedFromBytes = 256 * 1024

export interface FileCopy {
  readonly from: FileSide
  readonly to: FileSide
  readonly source: string
  readonly target: string
  /** As it was when the copy was planned. */
  readonly found: Found
  /** A file that has the name already is replaced, at the end and in one step. */
  readonly replace: boolean
  /** How much of it is at its place; goes back where a part could not be used. */
  readonly onProgress: (bytes: number) => void
  /** The part is begun, and has come to its end: until then it is what a copy that is given up leaves. */
  readonly onPart?: (part: string, isThere: boolean) => void
  readonly signal: AbortSignal
}

/**
 * Copies one file by way of a part beside its place. A part of the same original, by size and time, is gone on with. When it ends well the file is
 * whole under its name; when not, the part stays and nothing else has changed. A file that has grown meanwhile, as a log does, is copied as
 * far as it reached at the beginning.
 */
export async function copyFile(copy: FileCopy): Promise<void> {
  const { from, to, source, target, onProgress, signal } = copy
  await using original = await from.openToRead(source)
  const found = await original.look()
  const isLarge = found.bytes >= resumedFromBytes
  // the move at the end refuses too; a large file is not copied in vain
  if (isLarge && !copy.replace && (await to.look(target))) throw fileExists(target)
  const part = to.join(to.folderOf(target), partName(lastName(to, target), { path: source, ...found }))
  const begun = isLarge ? await bytesToKeep(to, part, found.bytes) : 0
  signal.throwIfAborted()
  {
    await using file = await openPart(to, part, { begun, mode: found.mode })
    copy.onPart?.(part, true)
    onProgress(begun)
    let whole = begun
    try {
      await pump(original, file, {
        from: begun,
        to: found.bytes,
        onWritten: (upTo) => onProgress((whole = upTo)),
        signal,
      })
    } catch (error) {
      // a write that failed may have left a hole before one that did not
      if (isDiskFull(error)) await file.cutTo(whole).catch(() => undefined)
      throw error
    }
    const now = await original.look()
    if (now.bytes < found.bytes || (now.bytes === found.bytes && now.changedAtMs !== found.changedAtMs)) {
      throw fileChanged(source)
    }
    await file.finish(found.changedAtMs, found.mode)
  }
  signal.throwIfAborted()
  await to.move(part, target, { replace: copy.replace })
  copy.onPart?.(part, false)
}

/**
 * How much of a part that is there already can be kept. Its end is written again: whoever was cut off does not know whether all that
 * came before it had been written.
 */
async function bytesToKeep(to: FileSide, part: string, wholeBytes: number): Promise<number> {
  const there = await to.look(part)
  if (there === null) return 0
  if (there.kind === 'file' && there.bytes <= wholeBytes && there.bytes > windowBytes)
    return there.bytes - windowBytes
  return 0
}

async function openPart(
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
