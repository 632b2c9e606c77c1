import type { ElectronApplication, Page } from '@playwright/test'
import type { App } from './app-fixture.ts'

type Shown = () => Promise<readonly string[]>

/** What is notified from now on, as `train.py ended on lab-a100. Ended after 2 min.`; in a browser until the page goes elsewhere. */
export async function recordNotifications({ running: { page, electron } }: App): Promise<Shown> {
  return await (electron === null ? inBrowser(page) : inWindow(electron))
}

/** What the browser says that it has shown, once it may. */
async function inBrowser(page: Page): Promise<Shown> {
  await page.context().grantPermissions(['notifications'])
  await page.evaluate(() => {
    const shown: string[] = []
    Reflect.set(globalThis, 'shownNotifications', shown)
    Reflect.set(
      globalThis,
      'Notification',
      class extends Notification {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options)
          this.addEventListener('show', () => shown.push(`${title}. ${options?.body ?? ''}`))
        }
      },
    )
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'shownNotifications') as string[])
}

/** What the window hands to the system; none may listen there where a test runs. */
async function inWindow(electron: ElectronApplication): Promise<Shown> {
  await electron.evaluate(({ Notification }) => {
    const shown: string[] = []
    Reflect.set(globalThis, 'shownNotifications', shown)
    Notification.isSupported = () => true
    Notification.prototype.show = function show(this: Electron.Notification) {
      shown.push(`${this.title}. ${this.body}`)
    }
  })
  return () => electron.evaluate(() => Reflect.get(globalThis, 'shownNotifications') as string[])
}
