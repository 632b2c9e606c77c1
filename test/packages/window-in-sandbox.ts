import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { chromium } from '@playwright/test'
import { WelcomePage } from '../e2e/pages/welcome-page.ts'
import type { DesktopComputer } from './desktop-computer.ts'

/** What `windowInSandbox` answers where all is well. */
export const inSandbox = { pages: 'processes of their own', asRoot: 0 }

/** Opens the installed app as the person at the computer, waits for its welcome page, and tells how its processes are kept. */
export async function windowInSandbox(computer: DesktopComputer): Promise<unknown> {
  await using app = computer.start(['nps-desktop', '--remote-debugging-port=0'])
  const browser = await chromium.connectOverCDP(await app.line(/DevTools listening on (ws:\S+)/))
  try {
    const [context] = browser.contexts()
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page'))
    if (!page) throw new Error(`The app has no window:\n${app.said}`)
    await new WelcomePage(page).heading.waitFor()
    return await sandboxed()
  } finally {
    await browser.close()
  }
}

/** How the processes of the app's pages see the computer: in a sandbox they see no process but their own. */
async function sandboxed(): Promise<unknown> {
  const program = '/opt/NPS Desktop/nps-desktop '
  const processes: { namespace: string; uid: number; command: string }[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
      if (!command.startsWith(program)) continue
      const namespace = await readlink(`/proc/${pid}/ns/pid`)
      processes.push({ namespace, uid: (await stat(`/proc/${pid}`)).uid, command })
    } catch {
      // it has ended meanwhile
    }
  }
  const ofType = (type: string) => processes.filter(({ command }) => command.includes(`--type=${type}`))
  const outside = ofType('utility').map(({ namespace }) => namespace)
  const pages = ofType('renderer')
  if (outside.length === 0 || pages.length === 0) return processes
  return {
    pages: pages.some(({ namespace }) => outside.includes(namespace))
      ? 'all processes'
      : 'processes of their own',
    asRoot: processes.filter(({ uid }) => uid === 0).length,
  }
}
