/** What a program is called, of its path on whichever system: on Windows without `.exe`. */
export function programName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/(?<=.)\.exe$/i, '')
}
