import { basename, dirname, join } from 'node:path'

/** What whoever replaces an installed program lays beside it, until the new one has proved itself. */
interface FilesOfUpdate {
  /** The program of before. */
  readonly before: string
  /** A shell script that puts it back if the machine has been started again since. */
  readonly undo: string
}

export function filesOfUpdate(program: string): FilesOfUpdate {
  const beside = (mark: string) => join(dirname(program), `.${basename(program)}.${mark}`)
  return { before: beside('before'), undo: beside('undo') }
}
