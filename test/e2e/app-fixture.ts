import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Page, test as base } from '@playwright/test'
import { startElectronApp } from './app/electron-app.ts'
import { startHeadlessApp } from './app/headless-app.ts'
import type { Host, RunningApp } from './app/running-app.ts'

export { expect } from '@playwright/test'

export interface AppFixtureOptions {
  readonly host: Host
}

/** The app with a data folder of its own. */
export class App {
  readonly host: Host
  readonly dataFolder: string
  readonly #programsFolder: string
  /** What it printed; attached to a failure. */
  readonly output: string[] = []
  #run: RunningApp | undefined

  constructor(options: { host: Host; dataFolder: string; programsFolder: string }) {
    this.host = options.host
    this.dataFolder = options.dataFolder
    this.#programsFolder = options.programsFolder
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
    const { dataFolder, output } = this
    this.#run = await start({
      dataFolder,
      programsFolder: this.#programsFolder,
      output,
      ...(link === undefined ? {} : { link }),
    })
  }

  async close(): Promise<void> {
    await this.#run?.close()
  }
}

export const test = base.extend<AppFixtureOptions & { programsFolder: string; app: App }>({
  host: ['headless', { option: true }],
  programsFolder: [join(import.meta.dirname, '../../build/out'), { option: true }],
  app: async ({ host, programsFolder }, use, testInfo) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-e2e-'))
    const app = new App({ host, dataFolder, programsFolder })
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
      await rm(dataFolder, { recursive: true, force: true })
    }
  },
})
