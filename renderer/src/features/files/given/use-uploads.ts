import { type Ref, ref } from 'vue'
import { useAction } from '../../../carrier/use-action.ts'
import { useBackend } from '../../../carrier/use-backend.ts'
import { useTransfers } from '../../../stores/use-transfers.ts'
import type { CopyStart } from '../transfers/use-copy-start.ts'
import { type Dropped, knowsPaths } from './dropped-files.ts'
import { chooseFiles, offerFiles } from './offer-files.ts'

interface Uploads {
  /** The system's dialog, in the app's own window. */
  readonly picking: ReturnType<typeof useAction>
  /** Of what was dropped last. */
  readonly foldersLeftOut: Ref<number>
  drop(dropped: Dropped, into: string): Promise<void>
  pick(what: 'files' | 'folder', into: string): Promise<void>
}

/** Uploads what a person drops or chooses, by its path, or as files of this page. `fits`: whether so many bytes may travel. */
export function useUploads({
  labId,
  fits,
  begin,
}: {
  labId: () => string
  fits: (bytes: number) => Promise<boolean>
  begin: CopyStart['begin']
}): Uploads {
  const backend = useBackend()
  const { api } = backend
  const transfers = useTransfers()
  const picking = useAction()
  const foldersLeftOut = ref(0)

  /** `pathsOf` is asked once, when its turn has come and the bytes may travel. */
  async function upload(
    pathsOf: () => Promise<readonly string[]>,
    { into, bytes }: { into: string; bytes: number },
  ): Promise<void> {
    const its = labId()
    if (!(await fits(bytes))) return
    let paths: readonly string[] | null = null
    await begin(async (choices) => {
      paths ??= await pathsOf()
      return await api.files.upload({ labId: its, folder: into, paths: [...paths], choices })
    })
  }
  /** In a browser: this page alone can read them. */
  async function uploadGiven(files: readonly File[], into: string): Promise<void> {
    if (files.length === 0) return
    const bytes = files.reduce((sum, { size }) => sum + size, 0)
    const offer = (): Promise<readonly string[]> => {
      transfers.hasGiven = true
      return offerFiles(backend, files)
    }
    await upload(offer, { into, bytes })
  }
  return {
    picking,
    foldersLeftOut,
    async drop({ paths, files, bytes, leftOut }, into) {
      foldersLeftOut.value = leftOut
      if (paths.length > 0) await upload(async () => paths, { into, bytes })
      await uploadGiven(files, into)
    },
    async pick(what, into) {
      foldersLeftOut.value = 0
      if (!knowsPaths()) return await uploadGiven(await chooseFiles(), into)
      let paths: string[] = []
      await picking.run(async (options) => ({ paths } = await api.files.pick({ what }, options)))
      if (paths.length > 0) await upload(async () => paths, { into, bytes: 0 })
    },
  }
}
