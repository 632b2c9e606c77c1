import { AppError } from '../../failures/app-error.ts'
import type { Found, OpenFile } from '../sides/file-side.ts'
import { type FileCopy, openPart, partOf } from './part.ts'

/**
 * Copies a file that fits into a few requests, with as few answers to wait for as there can be: two from a lab box, three to it. By way of a
 * part, as every copy. False, and nothing was done: it is no longer as it was when the copy was planned.
 */
export async function copySmallFile(copy: FileCopy): Promise<boolean> {
  const { to, target, found, replace, signal } = copy
  const bytes = await asPlanned(copy)
  if (bytes === null) return false
  signal.throwIfAborted()
  const part = partOf(copy, found)
  {
    await using file = await openPart(to, part, { begun: 0, mode: found.mode })
    copy.onPart?.(part, true)
    await file.writeAll(bytes, found.changedAtMs, found.mode)
    copy.onProgress(bytes.length)
  }
  signal.throwIfAborted()
  await to.move(part, target, { replace })
  copy.onPart?.(part, false)
  return true
}

async function asPlanned({ from, source, found }: FileCopy): Promise<Buffer | null> {
  await using original = await from.openToRead(source)
  const [bytes, now] = await Promise.all([allOf(original, found.bytes), original.look()])
  return isSame(now, found) ? bytes : null
}

async function allOf(original: OpenFile, length: number): Promise<Buffer | null> {
  const bytes = Buffer.alloc(length)
  try {
    await original.read(0, bytes)
    return bytes
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-changed') return null
    throw error
  }
}

function isSame(a: Found, b: Found): boolean {
  return a.bytes === b.bytes && a.changedAtMs === b.changedAtMs
}
