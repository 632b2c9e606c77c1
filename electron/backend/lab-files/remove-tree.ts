import type { Abortable } from '@nps-desktop/relay-core/async'
import { someAtOnce } from '../some-at-once.ts'
import { fileFailed } from './sides/file-failures.ts'
import type { LabSide } from './sides/lab-side.ts'

const removedAtOnce = 32
/** Deeper than any tree that a person made; a file system that leads in circles ends here. */
const maxDepth = 200

/** Removes a file, a link, or a folder with all that is in it. Links are not followed. Answers how many were removed. */
export async function removeTree(
  lab: LabSide,
  path: string,
  { signal, depth = 0 }: Abortable & { depth?: number },
): Promise<number> {
  signal?.throwIfAborted()
  const there = await lab.look(path)
  if (there === null) return 0
  if (there.kind !== 'folder') {
    await lab.removeFile(path)
    return 1
  }
  if (depth > maxDepth) throw fileFailed(path, 'too many folders in each other')
  const entries = await lab.list(path)
  let removed = 0
  const files = entries.filter(({ kind }) => kind !== 'folder')
  await someAtOnce(files, removedAtOnce, async ({ name }) => {
    signal?.throwIfAborted()
    await lab.removeFile(lab.join(path, name))
    removed++
  })
  for (const { name, kind } of entries) {
    if (kind === 'folder')
      removed += await removeTree(lab, lab.join(path, name), { signal, depth: depth + 1 })
  }
  await lab.removeFolder(path)
  return removed + 1
}
