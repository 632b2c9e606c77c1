import { resolve, join } from 'node:path'
import { type Browser, _electron } from '@playwright/test'
import { electronArguments, electronBinary } from '../../../build/electron-binary.ts'
import { startBrowser, usualSize } from './browser.ts'
import { BrowserRequests } from './browser-requests.ts'
import { collectOutput } from './program-output.ts'
import { actionTimeoutMs, type AppStart, type RunningApp, startTimeoutMs } from './running-app.ts'

const mainScript = join(resolve(import.meta.dirname, '../../..'), 'electron/dist/app/main.js')

/** How to start the real Electron on `dataFolder`; more arguments come after these. */
export async function electronCommand(
  dataFolder: string,
): Promise<{ executablePath: string; args: string[]; env: Record<string, string> }> {
  return {
    executablePath: await electronBinary(),
    args: [...electronArguments, mainScript],
    env: {
      ...(process.env as Record<string, string>),
      NPS_DESKTOP_DATA: dataFolder,
      // what it writes for the desktop it writes here
      XDG_CONFIG_HOME: join(dataFolder, 'config'),
      LANGUAGE: 'en',
    },
  }
}

/** Starts the real window; addresses that it hands to the desktop's browser are caught. */
export async function startElectronApp({ dataFolder, output, link }: AppStart): Promise<RunningApp> {
  const requests = await BrowserRequests.listen()
  const command = await electronCommand(dataFolder)
  const electron = await _electron.launch({
    ...command,
    args: link === undefined ? command.args : [...command.args, link],
    env: requests.withOurOpener(command.env),
    timeout: startTimeoutMs,
  })
  collectOutput(electron.process(), output)
  let browser: Browser | undefined
  const close = async () => {
    await electron.close()
    await browser?.close()
    await requests.close()
  }
  let closing: Promise<void> | undefined
  try {
    const page = await electron.firstWindow({ timeout: startTimeoutMs })
    page.context().setDefaultTimeout(actionTimeoutMs)
    return {
      page,
      electron,
      openedPage: async (act) => {
        const [url] = await Promise.all([requests.next(), act()])
        browser ??= await startBrowser()
        const opened = await browser.newPage({ viewport: usualSize, locale: 'en-US' })
        opened.context().setDefaultTimeout(actionTimeoutMs)
        await opened.goto(url)
        return opened
      },
      close: () => (closing ??= close()),
    }
  } catch (error) {
    await close()
    throw new Error(`The app did not start:\n${output.join('\n')}`, { cause: error })
  }
}
