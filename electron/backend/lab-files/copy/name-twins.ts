import type { FileSide } from '../sides/file-side.ts'
import type { CopyPlan } from './copy-plan.ts'
import { freeName } from './file-names.ts'
import { folded, foldingOf, type NameFolding, widestFolding } from './name-folding.ts'

/** By the way from the top of a copy, as `wayOf` writes it: the names of those that cannot have their own. */
export type Renamed = ReadonlyMap<string, string>

/** No name holds a slash. */
export function wayOf(names: readonly string[]): string {
  return names.join('/')
}

/**
 * Gives each file and folder of a copy a name of its own where it goes to. Two names of one folder can be one there: they differ only in
 * what that disk ignores, or in characters that it cannot have. Then the first keeps its name, and the next gets a number. The same
 * plan is always answered alike, so that a copy that was broken off goes on with what it has. `folder`: where the copy is put; it is tried
 * out only where there are such names.
 */
export async function renameTwins(plan: CopyPlan, to: FileSide, folder: string): Promise<Renamed> {
  const byFolder = Map.groupBy(
    [...plan.folders, ...plan.files.map(({ names }) => names)].filter((names) => names.length > 0),
    (names) => wayOf(names.slice(0, -1)),
  )
  const renamed = new Map<string, string>()
  let folding: NameFolding | null = null
  for (const entries of byFolder.values()) {
    if (allDiffer(entries, to, widestFolding)) continue
    folding ??= await foldingOf(to, folder)
    for (const [names, name] of numbered(entries, to, folding)) renamed.set(wayOf(names), name)
  }
  return renamed
}

function allDiffer(entries: readonly (readonly string[])[], to: FileSide, folding: NameFolding): boolean {
  return new Set(entries.map((names) => folded(nameOf(names, to), folding))).size === entries.length
}

function* numbered(
  entries: readonly (readonly string[])[],
  to: FileSide,
  folding: NameFolding,
): Generator<[names: readonly string[], name: string]> {
  const wanted = entries.map((names) => ({ names, name: nameOf(names, to), own: names.at(-1) ?? '' }))
  const given = new Set<string>()
  // one that keeps its name comes before one that has to change it, then by the letter
  const inOrder = wanted.toSorted(
    (a, b) => Number(a.name !== a.own) - Number(b.name !== b.own) || (a.own < b.own ? -1 : 1),
  )
  const all = new Set(inOrder.map(({ name }) => folded(name, folding)))
  for (const { names, name } of inOrder) {
    const key = folded(name, folding)
    if (!given.has(key)) {
      given.add(key)
      continue
    }
    const free = freeName(name, (tried) => {
      const triedKey = folded(tried, folding)
      return given.has(triedKey) || all.has(triedKey)
    })
    given.add(folded(free, folding))
    yield [names, free]
  }
}

function nameOf(names: readonly string[], to: FileSide): string {
  return to.nameHere(names.at(-1) ?? '')
}
