import { AppError } from '../../failures/app-error.ts'

/** Below this a disk counts as full: a file system keeps a little back. */
const fullBelowBytes = 1024 * 1024

export function fileNotFound(path: string, cause?: unknown): AppError {
  return new AppError('file-not-found', `There is no ${path}.`, { path }, { cause, fixes: [retry] })
}

/** `owner`: empty where it is not known. */
export function fileDenied(
  what: 'read' | 'write',
  { path, user, owner }: { path: string; user: string; owner: string },
  cause?: unknown,
): AppError {
  const params = { path, user, ...(owner === '' ? {} : { owner }) }
  const whose = owner === '' ? '' : ` It belongs to ${owner}.`
  return what === 'read'
    ? new AppError('file-read-denied', `${user} may not read ${path}.${whose}`, params, { cause })
    : new AppError('file-write-denied', `${user} may not change ${path}.${whose}`, params, { cause })
}

export function fileExists(path: string, cause?: unknown): AppError {
  return new AppError('file-exists', `${path} is there already; it was not replaced.`, { path }, { cause })
}

export function fileChanged(path: string): AppError {
  return new AppError(
    'file-changed',
    `${path} was changed while it was copied.`,
    { path },
    { fixes: [retry] },
  )
}

/** A file that only a page in a browser can read, and the page is gone, or does not answer. */
export function pageClosed(name: string): AppError {
  const message = `The page that ${name} was chosen in is gone or does not answer.`
  return new AppError('page-closed', message, { path: name })
}

/** Of a file that was given to a page in a browser. To try again is in vain: the page can read it as it was when it was chosen, or not at all. */
export function pageFileChanged(name: string): AppError {
  return new AppError('page-file-changed', `${name} was changed or moved after it was chosen.`, {
    path: name,
  })
}

/** The words of the system or of the server, as they are. */
export function fileFailed(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('file-failed', `${path}: ${reason}`, { path, reason }, { cause, fixes: [retry] })
}

export function diskIsFull(path: string, lab: string, cause?: unknown): AppError {
  const message = `The disk of ${lab} is full: ${path} could not be written.`
  return new AppError('disk-is-full', message, { path, lab }, { cause, fixes: [retry] })
}

export function laptopDiskFull(path: string, cause?: unknown): AppError {
  const message = `The disk of this laptop is full: ${path} could not be written.`
  return new AppError('laptop-disk-full', message, { path }, { cause, fixes: [retry] })
}

/** Whichever of the two it is. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'disk-is-full' || error.code === 'laptop-disk-full')
}

export function isFull(freeBytes: number | null): boolean {
  return freeBytes !== null && freeBytes < fullBelowBytes
}

const retry = { action: 'retry' } as const
