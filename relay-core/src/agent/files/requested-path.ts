/** Where in the folder a request points: the names on the way, and whether it asks for a folder (a slash at the end). */
export interface RequestedPath {
  readonly names: readonly string[]
  readonly isFolder: boolean
}

/**
 * Reads the target of a request. `unreadable` where it is no path, or none that can be decoded; undefined for whatever is
 * not plainly a path below the folder: `..` and `.` in any spelling, encoded slashes, NUL, and hidden names (a dot in
 * front), which are never served.
 */
export function readRequestedPath(url: string): RequestedPath | 'unreadable' | undefined {
  // A proxy's client may send the absolute form (RFC 9112 §3.2.2).
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  if (!path.startsWith('/')) return 'unreadable'
  const names: string[] = []
  for (const part of path.split('/')) {
    if (part === '') continue
    const name = decode(part)
    if (name === undefined) return 'unreadable'
    names.push(name)
  }
  if (!names.every(isServed)) return undefined
  return { names, isFolder: path.endsWith('/') }
}

/** Whether a file of this name may be seen. Hidden ones may not: `.ssh`, `.env` and `.git` are in many folders. */
export function isServed(name: string): boolean {
  if (name.startsWith('.')) return false
  // Backslash and colon lead out of the folder only on Windows, where no file name contains them.
  const isOdd = process.platform === 'win32' ? /[/\\:\0]/ : /[/\0]/
  return !isOdd.test(name)
}

/**
 * The path behind `prefix` (`/results`, as in the `strip_pre` of stock NPS), which is cut off at a whole name.
 * Undefined when the path lies elsewhere.
 */
export function stripPrefix({ names, isFolder }: RequestedPath, prefix: string): RequestedPath | undefined {
  const cut = prefix.split('/').filter((name) => name !== '')
  if (!cut.every((name, at) => names[at] === name)) return undefined
  return { names: names.slice(cut.length), isFolder }
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
