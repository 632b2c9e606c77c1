import type { Failure, FileEntry, FolderCount, FolderView } from '@nps-desktop/electron/contract'
import { computed, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { failureOf } from '../../carrier/failure-of-call.ts'
import { useNewest } from '../../carrier/scope-signal.ts'
import { useApi } from '../../carrier/use-backend.ts'
import { useFolderCounts } from './use-folder-counts.ts'

export interface Folder {
  /** What was read last; null before. It stays when it cannot be read again. */
  readonly view: ShallowRef<FolderView | null>
  /** When that was read. */
  readonly readAtMs: Readonly<Ref<number>>
  /** Of those that are in the folder, the ones whose name holds what was typed. */
  readonly entries: ComputedRef<readonly FileEntry[]>
  readonly match: Ref<string>
  /** How much is in its folders, by their names; it comes after them. */
  readonly counts: Readonly<ShallowRef<ReadonlyMap<string, FolderCount>>>
  readonly busy: Readonly<Ref<boolean>>
  /** Why the last reading failed. */
  readonly failure: ShallowRef<Failure | null>
  /** Reads it anew. */
  read(): Promise<void>
}

/** One folder of a lab box: read when its path changes, and narrowed by what is typed. */
export function useFolder(place: () => { labId: string; path: string }): Folder {
  const api = useApi()
  const view = shallowRef<FolderView | null>(null)
  const readAtMs = ref(0)
  const match = ref('')
  const busy = ref(false)
  const failure = shallowRef<Failure | null>(null)
  const newest = useNewest()
  const counts = useFolderCounts(() => place().labId, view)

  async function ask(again: boolean): Promise<void> {
    const signal = newest.begin()
    busy.value = true
    const { labId, path } = place()
    try {
      const known = again ? path : (view.value?.path ?? path)
      view.value = await api.files.list({ labId, path: known, match: match.value, again }, { signal })
      // narrowed, it is the list of before
      if (again) readAtMs.value = Date.now()
      failure.value = null
    } catch (error) {
      if (signal.aborted) return
      failure.value = failureOf(error)
    } finally {
      if (!signal.aborted) busy.value = false
    }
  }

  watch(
    () => JSON.stringify(place()),
    () => {
      match.value = ''
      view.value = null
      failure.value = null
      void ask(true)
    },
    { immediate: true },
  )
  // what is here as a whole is narrowed here
  watch(match, () => {
    if (view.value && view.value.total > view.value.entries.length) void ask(false)
  })
  const entries = computed(() => {
    const wanted = match.value.toLowerCase()
    const all = view.value?.entries ?? []
    return wanted === '' ? all : all.filter(({ name }) => name.toLowerCase().includes(wanted))
  })
  return { view, counts, readAtMs, entries, match, busy, failure, read: () => ask(true) }
}

/** The path of `name` in `folder`, both on the lab box. */
export function inFolder(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** The folder above; a root is above itself. */
export function above(path: string): string {
  return path.replace(/\/[^/]*\/?$/, '') || '/'
}
