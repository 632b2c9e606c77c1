import { AppError } from '../../failures/app-error.ts'
import { someAtOnce } from '../../some-at-once.ts'
import type { FileSide, Found } from '../sides/file-side.ts'
import type { CopyPlan } from './copy-plan.ts'
import { wayOf } from './name-twins.ts'

/** Folders that are read at once. */
const foldersAtOnce = 8

/**
 * The files of a plan, by number, that are at their place with the size and the time of their original. An earlier run of the app has
 * brought them there, or they are the same.
 */
export async function arrivedFiles(
  plan: CopyPlan,
  to: FileSide,
  targetOf: (names: readonly string[]) => string,
): Promise<Set<number>> {
  const arrived = new Set<number>()
  const note = (index: number, there: Found | null | undefined): void => {
    const wanted = plan.files[index]?.found
    if (wanted && there?.kind === 'file' && isSame(wanted, there)) arrived.add(index)
  }
  if (!plan.isFolder) {
    note(0, await to.look(targetOf([])))
    return arrived
  }
  const byFolder = Map.groupBy(plan.files.keys(), (index) =>
    wayOf(plan.files[index]?.names.slice(0, -1) ?? []),
  )
  await someAtOnce(plan.folders, foldersAtOnce, async (folder) => {
    const files = byFolder.get(wayOf(folder)) ?? []
    if (files.length === 0) return
    const path = targetOf(folder)
    const there = new Map((await listed(to, path)).map((one) => [to.join(path, one.name), one]))
    for (const index of files) note(index, there.get(targetOf(plan.files[index]?.names ?? [])))
  })
  return arrived
}

/** Some sides tell whole seconds. */
function isSame(a: Found, b: Found): boolean {
  return a.bytes === b.bytes && Math.floor(a.changedAtMs / 1000) === Math.floor(b.changedAtMs / 1000)
}

async function listed(to: FileSide, folder: string): ReturnType<FileSide['list']> {
  try {
    return await to.list(folder)
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-not-found') return []
    throw error
  }
}
