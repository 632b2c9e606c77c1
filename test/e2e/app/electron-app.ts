import { resolve, join } from 'node:path'
import { type Browser, _electron } from '@playwright/test'
import { electronArguments, electronBinary } from '../../../build/electron-binary.ts'
import { type Windows, windowsPath } from '../../testbed/wine/windows.ts'
import { argumentsInWine, untilQuitInWine, windowsElectron } from '../../testbed/wine/windows-electron.ts'
import { startChromium } from '../../harness/chromium.ts'
import { usualSize } from './usual-size.ts'
import { BrowserRequests } from './browser-requests.ts'
import { collectOutput } from './program-output.ts'
import {
  actionTimeoutMs,
  type AppStart,
  type RunningApp,
  startTimeoutMs,
  wineActionTimeoutMs,
} from './running-app.ts'

/** In which the app closes its data when it quits, at most. */
const backendCloseMs = 7_000
const mainScript = join(resolve(import.meta.dirname, '../../..'), 'electron/dist/app/main.js')

interface ElectronCommand {
  readonly executablePath: string
  readonly args: string[]
  readonly env: Record<string, string>
}

/** How to start the real Electron on `dataFolder`, on this computer or on Windows; more arguments come after these. */
export async function electronCommand(dataFolder: string, windows: Windows | null): Promise<ElectronCommand> {
  const env = { ...(process.env as Record<string, string>), LANGUAGE: 'en' }
  if (windows === null)
    return {
      executablePath: await electronBinary(),
      args: [...electronArguments, mainScript],
      // what it writes for the desktop it writes here
      env: { ...env, NPS_DESKTOP_DATA: dataFolder, XDG_CONFIG_HOME: join(dataFolder, 'config') },
    }
  return {
    executablePath: windows.executable,
    args: [...electronArguments, ...argumentsInWine, windowsPath(mainScript)],
    env: {
      ...env,
      ...windows.environmentOf(await windowsElectron(windows)),
      NPS_DESKTOP_DATA: windowsPath(dataFolder),
    },
  }
}

/** Starts the real window; addresses that it hands to the desktop's browser are caught. */
export async function startElectronApp({
  dataFolder,
  windows,
  browserArgs,
  output,
  link,
}: AppStart): Promise<RunningApp> {
  const requests = await BrowserRequests.listen()
  const command = await electronCommand(dataFolder, windows)
  const electron = await _electron.launch({
    ...command,
    args: link === undefined ? command.args : [...command.args, link],
    env: requests.withOurOpener(command.env),
    timeout: startTimeoutMs,
  })
  collectOutput(electron.process(), output)
  let browser: Browser | undefined
  const close = async () => {
    const ends = electron.close()
    if (windows === null) await ends
    else {
      const kill = () => electron.process().kill('SIGKILL')
      await untilQuitInWine(ends, { kill, busyMs: backendCloseMs })
    }
    await browser?.close()
    await requests.close()
  }
  let closing: Promise<void> | undefined
  try {
    const page = await electron.firstWindow({ timeout: startTimeoutMs })
    page.context().setDefaultTimeout(windows === null ? actionTimeoutMs : wineActionTimeoutMs)
    return {
      page,
      electron,
      openedPage: async (act) => {
        const [url] = await Promise.all([requests.next(), act()])
        browser ??= await startChromium({ more: browserArgs })
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
