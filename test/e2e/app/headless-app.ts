import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { startChromium } from '../../harness/chromium.ts'
import { usualSize } from './usual-size.ts'
import { collectOutput } from './program-output.ts'
import { actionTimeoutMs, type AppStart, type RunningApp, startTimeoutMs } from './running-app.ts'

const root = resolve(import.meta.dirname, '../../..')

/** Starts the app without a desktop and opens the address that it prints. */
export async function startHeadlessApp({
  dataFolder,
  programsFolder,
  browserArgs,
  output,
}: AppStart): Promise<RunningApp> {
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    [
      join(root, 'electron/headless/cli.ts'),
      '--data-folder',
      dataFolder,
      '--programs-folder',
      programsFolder,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  collectOutput(child, output)
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
  try {
    const url = await printedAddress(child)
    const browser = await startChromium({ more: browserArgs })
    const context = await browser.newContext({ viewport: usualSize, locale: 'en-US' })
    context.setDefaultTimeout(actionTimeoutMs)
    context.setDefaultNavigationTimeout(actionTimeoutMs)
    const page = await context.newPage()
    await page.goto(url)
    let closing: Promise<void> | undefined
    return {
      page,
      electron: null,
      openedPage: async (act) => {
        const [opened] = await Promise.all([context.waitForEvent('page'), act()])
        return opened
      },
      close: () => (closing ??= browser.close().then(end)),
    }
  } catch (error) {
    await end()
    throw new Error(`The app did not start:\n${output.join('\n')}`, { cause: error })
  }
}

function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolveAddress, reject) => {
    const timer = setTimeout(() => reject(new Error('no address was printed in time')), startTimeoutMs)
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
