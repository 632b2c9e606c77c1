import type { Stats } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'

/** Identifies a file's state: changes with every write. */
export interface Validators {
  readonly etag: string
  /** Whole seconds, as HTTP dates are. */
  readonly lastModified: Date
}

export function validatorsOf({ ino, size, mtimeMs }: Pick<Stats, 'ino' | 'size' | 'mtimeMs'>): Validators {
  const etag = `"${[ino, size, Math.round(mtimeMs * 1000)].map((part) => part.toString(36)).join('-')}"`
  return { etag, lastModified: new Date(Math.floor(mtimeMs / 1000) * 1000) }
}

/** What becomes of a request with conditions, in the order of RFC 9110 §13.2.2. */
export function weigh(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): 200 | 304 | 412 {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers
  const unmodifiedSince = httpDate(headers['if-unmodified-since'])
  const modifiedSince = httpDate(headers['if-modified-since'])
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag)) return 412
  } else if (unmodifiedSince !== undefined && lastModified.getTime() > unmodifiedSince) return 412
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag) ? 304 : 200
  return modifiedSince !== undefined && lastModified.getTime() <= modifiedSince ? 304 : 200
}

/** Whether a Range may be answered in part: without If-Range, or when the file is still the one that is meant. */
export function isSameAsBefore(
  { 'if-range': ifRange }: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
): boolean {
  if (typeof ifRange !== 'string') return true
  return ifRange.includes('"') ? ifRange.trim() === etag : httpDate(ifRange) === lastModified.getTime()
}

function names(list: string, etag: string): boolean {
  return list.split(',').some((entry) => {
    const name = entry.trim()
    return name === '*' || name.replace(/^W\//, '') === etag
  })
}

function httpDate(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : ms
}
