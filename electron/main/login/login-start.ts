import { homedir } from 'node:os'
import { join } from 'node:path'
import { app } from 'electron'
import { appImageOf } from '../updates/update-way.ts'
import { AutostartFile } from './autostart-file.ts'

/** Given to a start at login: no window, the tray alone. */
const hiddenFlag = '--hidden'

/** Whether the system starts the app when the person logs in. What the system has is what is told: it can be changed there too. */
export interface LoginStart {
  isOn(): Promise<boolean>
  set(isOn: boolean): Promise<void>
}

export function isHiddenStart(argv: readonly string[]): boolean {
  return argv.includes(hiddenFlag)
}

/** @param script what Electron is started with where the app is not packaged */
export function openLoginStart({ script }: { script: string }): LoginStart {
  if (process.platform !== 'linux') {
    const args = app.isPackaged ? [hiddenFlag] : [script, hiddenFlag]
    return {
      isOn: async () => app.getLoginItemSettings({ args }).openAtLogin,
      set: async (isOn) => app.setLoginItemSettings({ openAtLogin: isOn, args }),
    }
  }
  const program = appImageOf({ executable: process.execPath, env: process.env }) ?? process.execPath
  const configFolder = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  const entry = new AutostartFile({
    path: join(configFolder, 'autostart', 'nps-desktop.desktop'),
    name: 'NPS Desktop',
    command: [program, ...(app.isPackaged ? [] : [script]), hiddenFlag],
  })
  // a copy that is tried out from its source does not take the place of an installed one
  if (app.isPackaged) entry.refresh().catch(() => undefined)
  return entry
}
