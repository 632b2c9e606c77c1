import type { Page } from '@playwright/test'

/** What the browser has really shown, as `train.py ended on lab-a100`, from now on until the page goes elsewhere. */
export async function recordNotifications(page: Page): Promise<() => Promise<readonly string[]>> {
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
