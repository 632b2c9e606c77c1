import { fileChanged, fileExists, isDiskFull } from '../sides/file-failures.ts'
import type { FileSide } from '../sides/file-side.ts'
import { copySmallFile } from './copy-small-file.ts'
import { type FileCopy, openPart, partOf } from './part.ts'
import { pump, windowBytes } from './pump.ts'

/** Below this a copy that was cut starts over: asking what is there takes longer. */
export const resumedFromBytes = 256 * 1024

/**
 * Copies one file by way of a part beside its place. A part of the same original, by size and time, is gone on with. When it ends well the file is
 * whole under its name; when not, the part stays and nothing else has changed. A file that has grown meanwhile, as a log does, is copied as
 * far as it reached at the beginning.
 */
export async function copyFile(copy: FileCopy): Promise<void> {
  if (copy.found.bytes < resumedFromBytes && (await copySmallFile(copy))) return
  const { from, to, source, target, onProgress, signal } = copy
  await using original = await from.openToRead(source)
  const found = await original.look()
  const isLarge = found.bytes >= resumedFromBytes
  // the move at the end refuses too; a large file is not copied in vain
  if (isLarge && !copy.replace && (await to.look(target))) throw fileExists(target)
  const part = partOf(copy, found)
  const there = isLarge ? await bytesToKeep(to, part, found.bytes) : 0
  const begun = there > 0 && copy.isUnproved(part) && !(await isSameSoFar(copy, part, there)) ? 0 : there
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

/** What lies on a disk since another day may have lost its end to a power cut. Yes also where one of the machines cannot tell. */
async function isSameSoFar(
  { from, to, source, signal, onProgress }: FileCopy,
  part: string,
  bytes: number,
): Promise<boolean> {
  onProgress(bytes)
  // the other machine would read for minutes in vain
  if (!from.tellsHashOf(source)) return true
  const [wanted, there] = await Promise.all([
    from.hashOf(source, bytes, { signal }),
    to.hashOf(part, bytes, { signal }),
  ])
  return wanted === null || there === null || wanted === there
}
