import { maxCountedFolders, type FolderCount, type FolderView } from '@nps-desktop/electron/contract'
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { useNewest } from '../../carrier/scope-signal.ts'
import { useApi } from '../../carrier/use-backend.ts'
import { isFolder } from './is-folder.ts'

/** How much is in the folders of `view`, by their names: asked for once they are shown, since each has to be read. */
export function useFolderCounts(
  labId: () => string,
  view: Readonly<ShallowRef<FolderView | null>>,
): Readonly<ShallowRef<ReadonlyMap<string, FolderCount>>> {
  const api = useApi()
  const counts = shallowRef<ReadonlyMap<string, FolderCount>>(new Map())
  const newest = useNewest()
  let path: string | undefined

  watch(view, async (now) => {
    const signal = newest.begin()
    if (now?.path !== path) counts.value = new Map()
    path = now?.path
    const names = (now?.entries ?? [])
      .filter((entry) => isFolder(entry) && entry.isNameable)
      .map(({ name }) => name)
      .slice(0, maxCountedFolders)
    if (now === null || names.length === 0) return
    try {
      const asked = await api.files.count({ labId: labId(), folder: now.path, names }, { signal })
      if (signal.aborted) return
      counts.value = new Map(names.map((name, at) => [name, asked.counts[at] ?? null]))
    } catch {
      // the list says why the lab box does not answer; without the counts it is as useful
    }
  })
  return counts
}
