import type { NameChoice } from '@nps-desktop/electron/contract'
import { fileExists } from './sides/file-failures.ts'
import type { FileSide, Found } from './sides/file-side.ts'
import { freeName } from './copy/file-names.ts'

/** A name that is taken where something is to go. */
export interface NameConflict {
  readonly name: string
  readonly isFolder: boolean
  readonly bytes: number
  readonly changedAtMs: number
}

/** One file or folder, and the name that it gets. */
export interface Placed {
  readonly source: string
  readonly name: string
  readonly replace: boolean
}

/**
 * Where each of `sources` goes in `folder`. Nothing is decided for a person: a name that is taken and has no choice yet is a
 * conflict. A file never takes the place of a folder, nor a folder that of a file.
 */
export async function placeInFolder(
  sources: readonly { path: string; name: string; isFolder: boolean }[],
  { to, folder, choices }: { to: FileSide; folder: string; choices: Readonly<Record<string, NameChoice>> },
): Promise<{ conflicts: NameConflict[]; placed: Placed[] }> {
  const conflicts: NameConflict[] = []
  const placed: Placed[] = []
  const given = new Set<string>()
  const thereOf = async (name: string): Promise<Found | null> => await to.look(to.join(folder, name))
  for (const { path, name: wanted, isFolder } of sources) {
    const name = to.nameHere(wanted)
    const there = await thereOf(name)
    // two of one name, from two folders, are as much a conflict
    if (there === null && !given.has(name)) {
      given.add(name)
      placed.push({ source: path, name, replace: false })
      continue
    }
    const choice = Object.hasOwn(choices, wanted) ? choices[wanted] : undefined
    if (choice === undefined) {
      conflicts.push({
        name: wanted,
        isFolder: there?.kind === 'folder',
        bytes: there?.bytes ?? 0,
        changedAtMs: there?.changedAtMs ?? 0,
      })
    } else if (choice === 'replace') {
      if (there && (there.kind === 'folder') !== isFolder) throw fileExists(to.join(folder, name))
      given.add(name)
      placed.push({ source: path, name, replace: true })
    } else if (choice === 'keep-both') {
      const taken = new Set([...given, ...(await to.list(folder)).map((one) => one.name)])
      const free = freeName(name, (tried) => taken.has(tried))
      given.add(free)
      placed.push({ source: path, name: free, replace: false })
    }
  }
  return { conflicts, placed }
}
