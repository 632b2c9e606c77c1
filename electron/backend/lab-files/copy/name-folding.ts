import { randomBytes } from 'node:crypto'
import type { FileSide } from '../sides/file-side.ts'

/** Which different names a folder takes for one: the disks of Windows and macOS do, those of Linux as a rule do not. */
export interface NameFolding {
  /** `Model.pt` and `model.pt`. */
  readonly ignoresCase: boolean
  /** `é` as one character and as an e with an accent: two names that look the same. */
  readonly ignoresForm: boolean
}

/** What any disk may take for one name is one here. */
export const widestFolding: NameFolding = { ignoresCase: true, ignoresForm: true }

/** The same for all names that are one. May be so for a few more: `ß` is `ss` only on some disks that ignore case. */
export function folded(name: string, { ignoresCase, ignoresForm }: NameFolding): string {
  const formed = ignoresForm ? name.normalize('NFC') : name
  return ignoresCase ? formed.toUpperCase().toLowerCase() : formed
}

/**
 * Tries it out with an empty file, which is removed again: a disk does not tell, and the system says nothing of a stick or of a folder of the
 * network. Rejects as the side does.
 */
export async function foldingOf(side: FileSide, folder: string): Promise<NameFolding> {
  const mark = randomBytes(6).toString('hex')
  const nameOf = (letters: string): string => side.join(folder, `.nps-${mark}-${letters}.part`)
  const path = nameOf('a\u{e9}')
  const isThere = async (letters: string): Promise<boolean> => (await side.look(nameOf(letters))) !== null
  {
    await using _file = await side.openToWrite(path, { isNew: true, mode: 0o600 })
  }
  try {
    return { ignoresCase: await isThere('A\u{e9}'), ignoresForm: await isThere('ae\u{301}') }
  } finally {
    await side.removeFile(path)
  }
}
