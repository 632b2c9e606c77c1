import { computed, ref } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import type { Failure } from '@nps-desktop/electron/contract'
import { useAction } from '../../carrier/use-action.ts'
import { useApi } from '../../carrier/use-backend.ts'

/** What can be changed in a folder, each asked for in a dialog. */
export type FileChange = 'new-folder' | 'rename' | 'remove'

export interface FileChanges {
  readonly dialog: Ref<FileChange | null>
  readonly busy: Readonly<Ref<boolean>>
  /** Why the last one failed, shown in its dialog while that is open. */
  readonly failure: Ref<Failure | null>
  /** The same once the dialog is closed. */
  readonly refused: ComputedRef<Failure | null>
  ask(what: FileChange): void
  makeFolder(name: string): Promise<void>
  /** Of the one that is chosen. */
  rename(to: string): Promise<void>
  /** Of all that are chosen. */
  remove(): Promise<void>
}

/** Changes of what is in a folder of a lab box; `changed` is called after each, however it ended. */
export function useFileChanges(
  place: () => { labId: string; folder: string; names: readonly string[] },
  changed: () => Promise<void>,
): FileChanges {
  const api = useApi()
  const dialog = ref<FileChange | null>(null)
  const { busy, failure, run } = useAction()

  async function change(work: Parameters<typeof run>[0]): Promise<void> {
    if (await run(work)) dialog.value = null
    await changed()
  }
  return {
    dialog,
    busy,
    failure,
    refused: computed(() => (dialog.value === null ? failure.value : null)),
    ask(what) {
      const { names } = place()
      failure.value = null
      if (what === 'rename' && names.length !== 1) return
      if (what === 'remove' && names.length === 0) return
      dialog.value = what
    },
    makeFolder: (name) =>
      change((options) => {
        const { labId, folder } = place()
        return api.files.makeFolder({ labId, folder, name }, options)
      }),
    rename: (to) =>
      change((options) => {
        const { labId, folder, names } = place()
        return api.files.rename({ labId, folder, from: names[0] ?? '', to }, options)
      }),
    remove: () =>
      change((options) => {
        const { labId, folder, names } = place()
        return api.files.remove({ labId, folder, names: [...names] }, options)
      }),
  }
}
