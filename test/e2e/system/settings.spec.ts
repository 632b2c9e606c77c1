import { stat } from 'node:fs/promises'
import { expect, test } from '../app-fixture.ts'
import { SettingsPage } from '../pages/settings-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test('theme and language change the page at once and are kept over a restart', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const settings = new SettingsPage(app.page)
  await settings.open()
  const ground = () => app.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
  await settings.choose({ language: 'en', theme: 'dark' })
  await expect.poll(ground).toBe('dark')
  await settings.choose({ language: 'zh-CN', theme: 'light' })
  await expect.poll(ground).toBe('light')
  await app.close()
  await app.start()
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(app.page.locator('html')).toHaveAttribute('data-theme', 'light')
})

test('the data folder is shown, and only its owner may read it', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  await new SettingsPage(app.page).open()
  await expect(app.page.getByText(app.pathThere(app.dataFolder))).toBeVisible()
  // who may read it on Windows stands in an access list, of which wine knows nothing
  if (app.windows === null) expect((await stat(app.dataFolder)).mode & 0o777).toBe(0o700)
})
