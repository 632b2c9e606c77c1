import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, chromium, type ElectronApplication, type Page, test as base } from '@playwright/test'
import { electronArguments, electronBinary } from '../../build/electron-binary.ts'

const root = resolve(import.meta.dirname, '../..')
const startDeadlineMs = 60_000

export interface AppFixtureOptions {
  /** Where the app runs: `headless` serves it to Chromium, `electron` is the real window. */
  host: 'headless' | 'electron'
}

/** A started app with a data folder of its own. */
export interface RunningApp {
  readonly page: Page
  readonly dataFolder: string
  readonly electron: ElectronApplication | null
  /** Everything the app printed; attached to a failure. */
  readonly output: string[]
  /** Ends the app and starts it again on the same data. */
  restart(): Promise<RunningApp>
  close(): Promise<void>
}

export const test = base.extend<AppFixtureOptions & { app: RunningApp }>({
  host: ['headless', { option: true }],
  app: async ({ host }, use, testInfo) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-e2e-'))
    let app = await startApp(host, dataFolder)
    const outputs = [app.output]
    const proxy: RunningApp = {
      get page() {
        return app.page
      },
      get electron() {
        return app.electron
      },
      dataFolder,
      get output() {
        return app.output
      },
      restart: async () => {
        await app.close()
        app = await startApp(host, dataFolder)
        outputs.push(app.output)
        return proxy
      },
      close: () => app.close(),
    }
    try {
      await use(proxy)
    } finally {
      await app.close()
      if (testInfo.status !== testInfo.expectedStatus)
        await testInfo.attach('output of the app', {
          body: outputs.flat().join('\n'),
          contentType: 'text/plain',
        })
      await rm(dataFolder, { recursive: true, force: true })
    }
  },
})

export { expect } from '@playwright/test'

export async function startApp(host: AppFixtureOptions['host'], dataFolder: string): Promise<RunningApp> {
  return host === 'electron' ? startElectron(dataFolder) : startHeadless(dataFolder)
}

async function startElectron(dataFolder: string): Promise<RunningApp> {
  const output: string[] = []
  const electron = await _electron.launch({
    executablePath: await electronBinary(),
    args: [...electronArguments, join(root, 'electron/dist/app/main.js')],
    env: { ...(process.env as Record<string, string>), NPS_DESKTOP_DATA: dataFolder, LANGUAGE: 'en' },
    timeout: startDeadlineMs,
  })
  collect(electron.process(), output)
  const page = await electron.firstWindow({ timeout: startDeadlineMs })
  const app: RunningApp = {
    page,
    dataFolder,
    electron,
    output,
    restart: async () => {
      await app.close()
      return startElectron(dataFolder)
    },
    close: once(() => electron.close()),
  }
  return app
}

async function startHeadless(dataFolder: string): Promise<RunningApp> {
  const output: string[] = []
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    [join(root, 'electron/headless/cli.ts'), '--data-folder', dataFolder],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const address = printedAddress(child)
  collect(child, output)
  let url: string
  try {
    url = await address
  } catch (error) {
    child.kill()
    throw new Error(`The app did not start:\n${output.join('\n')}`, { cause: error })
  }
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
    ],
  })
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, locale: 'en-US' })
  if (process.env['CI'] !== 'true') context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.goto(url)
  const app: RunningApp = {
    page,
    dataFolder,
    electron: null,
    output,
    restart: async () => {
      await app.close()
      return startHeadless(dataFolder)
    },
    close: once(async () => {
      await browser.close()
      const exited = new Promise((resolveExit) => child.once('exit', resolveExit))
      if (child.exitCode === null && child.kill('SIGTERM')) await exited
    }),
  }
  return app
}

function collect(child: ChildProcess, output: string[]): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => output.push(line))
  }
}

function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolveAddress, reject) => {
    const timer = setTimeout(() => reject(new Error('no address was printed in time')), startDeadlineMs)
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(line)
      if (found === null) return
      clearTimeout(timer)
      resolveAddress(found[0])
    })
  })
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => (closing ??= close())
}
