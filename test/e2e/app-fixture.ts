import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Page, test as base } from '@playwright/test'
import { Windows, windowsPath } from '../testbed/wine/windows.ts'
import { startElectronApp } from './app/electron-app.ts'
import { startHeadlessApp } from './app/headless-app.ts'
import type { Host, RunningApp } from './app/running-app.ts'

export { expect } from '@playwright/test'

/** The first start of a Windows system may have to build it. */
const windowsTimeoutMs = 10 * 60_000

export interface AppFixtureOptions {
  readonly host: Host
  /** Further flags of the person's browser. */
  readonly browserArgs: readonly string[]
}

export interface WorkerFixtureOptions {
  /** Where the window runs. */
  readonly system: 'here' | 'windows'
}

/** The app with a data folder of its own. */
export class App {
  readonly host: Host
  readonly dataFolder: string
  /** Where the window runs, if not on this computer. */
  readonly windows: Windows | null
  readonly #programsFolder: string
  readonly #browserArgs: readonly string[]
  /** What it printed; attached to a failure. */
  readonly output: string[] = []
  #run: RunningApp | undefined

  constructor(
    options: AppFixtureOptions & { dataFolder: string; programsFolder: string; windows: Windows | null },
  ) {
    this.host = options.host
    this.dataFolder = options.dataFolder
    this.windows = options.windows
    this.#programsFolder = options.programsFolder
    this.#browserArgs = options.browserArgs
  }

  /** A path of this computer as the app writes it. */
  pathThere(path: string): string {
    return this.windows === null ? path : windowsPath(path)
  }

  get page(): Page {
    return this.running.page
  }

  get running(): RunningApp {
    if (this.#run === undefined) throw new Error('The app is not running.')
    return this.#run
  }

  /** `link`: the `nps-desktop://` link that starts the window. */
  async start({ link }: { link?: string } = {}): Promise<void> {
    const start = this.host === 'electron' ? startElectronApp : startHeadlessApp
    const { dataFolder, windows, output } = this
    this.#run = await start({
      dataFolder,
      windows,
      programsFolder: this.#programsFolder,
      browserArgs: this.#browserArgs,
      output,
      ...(link === undefined ? {} : { link }),
    })
  }

  async close(): Promise<void> {
    await this.#run?.close()
  }
}

export const test = base.extend<
  AppFixtureOptions & { programsFolder: string; app: App },
  WorkerFixtureOptions & { windows: Windows | null }
>({
  system: ['here', { option: true, scope: 'worker' }],
  windows: [
    async ({ system }, use) => {
      if (system === 'here') return use(null)
      await using windows = await Windows.start()
      await use(windows)
    },
    { scope: 'worker', timeout: windowsTimeoutMs },
  ],
  host: ['headless', { option: true }],
  browserArgs: [[], { option: true }],
  programsFolder: [join(import.meta.dirname, '../../build/out'), { option: true }],
  app: async ({ host, browserArgs, programsFolder, windows }, use, testInfo) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-e2e-'))
    const app = new App({ host, browserArgs, dataFolder, programsFolder, windows })
    try {
      await app.start()
      await use(app)
    } finally {
      await app.close()
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('output of the app', {
          body: app.output.join('\n'),
          contentType: 'text/plain',
        })
      }
      // processes of the app may still write for a moment
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    }
  },
})
