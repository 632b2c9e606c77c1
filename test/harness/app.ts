import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job, JumpHost, Overview } from '@nps-desktop/electron/contract'
import { createRouterClient, type RouterClient } from '@orpc/server'
import { type DesktopBackend, openBackend } from '../../electron/backend/desktop/desktop-backend.ts'
import type { DesktopRouter } from '../../electron/backend/desktop/desktop-router.ts'
import { createHeadlessShell } from '../../electron/headless/headless-shell.ts'

/** The app's backend with a data folder of its own, called as the page calls it. */
export class AppBackend {
  readonly client: RouterClient<DesktopRouter>
  readonly #backend: DesktopBackend
  readonly #dataFolder: string

  private constructor(backend: DesktopBackend, dataFolder: string) {
    this.#backend = backend
    this.#dataFolder = dataFolder
    this.client = createRouterClient(backend.router)
  }

  /** `programsFolder`: what `npm run build:relay` has made. */
  static async start(programsFolder: string): Promise<AppBackend> {
    const dataFolder = await mkdtemp(join(tmpdir(), 'nps-app-'))
    const shell = await createHeadlessShell({ version: '0.0.0', dataFolder, programsFolder })
    return new AppBackend(await openBackend({ shell }), dataFolder)
  }

  /** Looks at the machine's host key and confirms it, as a person does. */
  async trust(host: string, port = 22, jump: JumpHost = { kind: 'none' }): Promise<void> {
    const { fingerprint } = await this.client.hostKeys.inspect({ host, port, jump })
    await this.client.hostKeys.confirm({ host, port, jump, fingerprint })
  }

  /** The job once it has ended; the test's deadline is the limit. */
  async ended(jobId: string): Promise<Job> {
    return await this.jobWhere(jobId, (job) => job.state !== 'running')
  }

  async jobWhere(jobId: string, isSo: (job: Job) => boolean): Promise<Job> {
    for await (const job of await this.client.jobs.watch({ jobId })) if (isSo(job)) return job
    throw new Error('the feed of the job ended')
  }

  async overviewWhere(isSo: (overview: Overview) => boolean): Promise<Overview> {
    for await (const overview of await this.client.overview.watch({})) if (isSo(overview)) return overview
    throw new Error('the feed of the overview ended')
  }

  async close(): Promise<void> {
    await this.#backend.close()
    await rm(this.#dataFolder, { recursive: true, force: true })
  }
}
