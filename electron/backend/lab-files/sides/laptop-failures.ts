import type { Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { AppError } from '../../failures/app-error.ts'
import { fileDenied, fileExists, fileFailed, fileNotFound, laptopDiskFull } from './file-failures.ts'
import type { Found } from './file-side.ts'

/** What the system says of a path. */
export function foundOf(stats: Stats): Found {
  return {
    kind: stats.isDirectory()
      ? 'folder'
      : stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'link'
          : 'other',
    bytes: stats.size,
    changedAtMs: Math.max(0, Math.floor(stats.mtimeMs)),
    mode: process.platform === 'win32' ? null : stats.mode & 0o777,
    owner: '',
  }
}

/** Does `work`; what the system refuses rejects with the code of the app. */
export async function told<T>(what: 'read' | 'write', path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failureOf(what, path, error)
  }
}

export function failureOf(what: 'read' | 'write', path: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileNotFound(path, error)
    case 'EEXIST':
      return fileExists(path, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fileDenied(what, { path, user: accountName(), owner: '' }, error)
    case 'ENOSPC':
    case 'EDQUOT':
      return laptopDiskFull(path, error)
    default:
      return fileFailed(path, message ?? String(error), error)
  }
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // an account without a name, as some containers have
    return String(process.getuid?.() ?? '')
  }
}
