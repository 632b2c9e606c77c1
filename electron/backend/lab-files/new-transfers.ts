import type { ChosenName } from '@nps-desktop/electron/contract'
import { fileExists } from './sides/file-failures.ts'
import type { FileSide, Found } from './sides/file-side.ts'
import { freeName } from './copy/file-names.ts'
import { folded, foldingOf, type NameFolding, widestFolding } from './copy/name-folding.ts'

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
  { to, folder, choices }: { to: FileSide; folder: string; choices: readonly ChosenName[] },
): Promise<{ conflicts: NameConflict[]; placed: Placed[] }> {
  const conflicts: NameConflict[] = []
  const placed: Placed[] = []
  const given = new GivenNames(to, folder)
  const chosen = new Map(choices.map(({ name, choice }) => [name, choice]))
  const thereOf = async (name: string): Promise<Found | null> => await to.look(to.join(folder, name))
  for (const { path, name: wanted, isFolder } of sources) {
    const name = to.nameHere(wanted)
    const there = await thereOf(name)
    // two of one name, from two folders or on a disk that takes two names for one, are as much a conflict
    if (there === null && !(await given.has(name))) {
      given.add(name)
      placed.push({ source: path, name, replace: false })
      continue
    }
    const choice = chosen.get(wanted)
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
      const free = await given.freeBeside(name)
      placed.push({ source: path, name: free, replace: false })
    }
  }
  return { conflicts, placed }
}

/** The names that are given in this call, as the disk that they are for takes them. */
class GivenNames {
  readonly #to: FileSide
  readonly #folder: string
  readonly #all: string[] = []
  /** As no disk is known to fold more: what is not in here is nobody's name. */
  readonly #wide = new Set<string>()
  #folding: NameFolding | null = null

  constructor(to: FileSide, folder: string) {
    this.#to = to
    this.#folder = folder
  }

  add(name: string): void {
    this.#all.push(name)
    this.#wide.add(folded(name, widestFolding))
  }

  async has(name: string): Promise<boolean> {
    if (!this.#wide.has(folded(name, widestFolding))) return false
    if (this.#all.includes(name)) return true
    const folding = await this.#itsFolding()
    return this.#all.some((given) => folded(given, folding) === folded(name, folding))
  }

  /** Gives `name`, or the next with a number that neither a file in the folder nor one of this call has. */
  async freeBeside(name: string): Promise<string> {
    const folding = await this.#itsFolding()
    const there = (await this.#to.list(this.#folder)).map((one) => one.name)
    const taken = new Set([...this.#all, ...there].map((one) => folded(one, folding)))
    const free = freeName(name, (tried) => taken.has(folded(tried, folding)))
    this.add(free)
    return free
  }

  async #itsFolding(): Promise<NameFolding> {
    return (this.#folding ??= await foldingOf(this.#to, this.#folder))
  }
}
