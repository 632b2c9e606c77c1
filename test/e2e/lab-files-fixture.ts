import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CuttableWay } from '../harness/cuttable-way.ts'
import { startLocalSshd } from '../harness/local-sshd.ts'
import { test as base } from './app-fixture.ts'
import { goTo, knowLab, signIn } from './pages/lab-files-page.ts'

export { expect } from './app-fixture.ts'

/** A lab box that the app is signed in to. */
export interface FilesStage {
  /** An empty folder of it. */
  readonly there: string
  /** An empty folder of the laptop. */
  readonly here: string
  /** What is between the app and the lab box. */
  readonly way: CuttableWay
  /** Shows `there` in Files. */
  open(): Promise<void>
}

export const test = base.extend<{ labFiles: FilesStage }>({
  labFiles: async ({ app }, use) => {
    await using parts = new AsyncDisposableStack()
    const folder = parts.adopt(await mkdtemp(join(tmpdir(), 'nps-desktop-files-')), (path) =>
      rm(path, { recursive: true, force: true }),
    )
    const [there, here] = [join(folder, 'lab'), join(folder, 'laptop')]
    await mkdir(there)
    await mkdir(here)
    const sshd = parts.adopt(await startLocalSshd({ config: ['Subsystem sftp internal-sftp'] }), (one) =>
      one.close(),
    )
    const way = parts.use(await CuttableWay.open(sshd))
    // It still has connections by that way.
    parts.defer(() => app.close())
    parts.defer(() => way.letGo())
    const labId = await knowLab(app)
    const key = app.pathThere(join(sshd.folder, 'user'))
    await signIn(app.page, labId, { port: way.port, user: sshd.user, key })
    const open = () => goTo(app.page, `#/labs/${labId}/files?path=${encodeURIComponent(there)}`)
    await use({ there, here, way, open })
  },
})
