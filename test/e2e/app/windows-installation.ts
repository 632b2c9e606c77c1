import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from '@playwright/test'
import { electronArguments } from '../../../build/electron-binary.ts'
import type { CommandResult } from '../../testbed/run-command.ts'
import { argumentsInWine, makeStartInWine, untilQuitInWine } from '../../testbed/wine/windows-electron.ts'
import { type Windows, windowsPath } from '../../testbed/wine/windows.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { pageOf } from './packaged-app.ts'
import { wineActionTimeoutMs } from './running-app.ts'

const packages = resolve(import.meta.dirname, '../../../build/out/package')
/** Where the person's folders are on drive C. */
const home = 'users/root'
const program = 'NPS Desktop.exe'
const inPrograms = join(home, 'AppData/Local/Programs/NPS Desktop')

/** The installer of that version, as `package.ts` has left it. */
export const installerOf = (version: string): string => join(packages, `nps-desktop-setup-${version}.exe`)

/** The app on a Windows system, from its installer to its uninstaller, as the person there has them. */
export class WindowsInstallation {
  readonly windows: Windows
  /** The folder that the installer chooses. */
  readonly folder = `C:\\${inPrograms.replaceAll('/', '\\')}`

  constructor(windows: Windows) {
    this.windows = windows
  }

  /** Whether its folder is there. */
  get isThere(): boolean {
    return existsSync(this.windows.onDriveC(inPrograms))
  }

  /** Runs the installer without a question. */
  async install(version: string): Promise<CommandResult> {
    return await this.windows.run(windowsPath(installerOf(version)), ['/S'])
  }

  /** Runs a command that an entry in the registry has, with what Windows puts for its `%1`. */
  async runEntry(key: string, name: string | null = null, first = ''): Promise<CommandResult> {
    const command = ((await this.windows.registered(key, name)) ?? '').replace('%1', first)
    const [file = '', ...args] = [...command.matchAll(/"([^"]*)"|\S+/g)].map((part) => part[1] ?? part[0])
    return await this.windows.run(file, args)
  }

  /** All lines of the person's part of the registry, keys and values, that speak of the app, but for wine's own notes of menus. */
  async registryLines(): Promise<string[]> {
    const { stdout } = await this.windows.run('reg', ['query', 'HKCU', '/s'])
    return stdout
      .split(/\r?\n/)
      .filter((line) => /nps.?desktop/i.test(line) && !line.includes(String.raw`\\?\Z:\root`))
  }

  /** All that lies in the person's folders, but for what a program may leave in the one for temporary files. */
  async files(): Promise<string[]> {
    const found = await readdir(this.windows.onDriveC(home), { recursive: true })
    return found.filter((path) => !path.startsWith('AppData/Local/Temp/')).sort()
  }

  /** Starts the installed app, which knows no server; it ends when it is quit, or with this. */
  async start() {
    await makeStartInWine(this.windows.onDriveC(join(inPrograms, program)))
    const args = [...electronArguments, ...argumentsInWine, '--remote-debugging-port=0']
    const app = this.windows.launch(`${this.folder}\\${program}`, args, '/')
    const { browser, page } = await pageOf({ said: () => app.output })
    page.context().setDefaultTimeout(wineActionTimeoutMs)
    await expect(new WelcomePage(page).heading).toBeVisible()
    return {
      page,
      /** Closes the window, as whoever has chosen that nothing runs on then. */
      quit: async () => {
        await this.windows.run('taskkill', ['/im', program])
        const openData = this.windows.onDriveC(
          join(home, 'AppData/Roaming/NPS Desktop/nps-desktop.sqlite-wal'),
        )
        await expect.poll(() => existsSync(openData)).toBe(false)
        await untilQuitInWine(app.ended(), { kill: () => app.signal('SIGKILL') })
      },
      async [Symbol.asyncDispose]() {
        await browser.close()
        await app.kill()
      },
    }
  }
}
