import { expect, test } from '../app-fixture.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test('the app opens on four ways in, and the arrow keys move between them', async ({ app: { page } }) => {
  const welcome = new WelcomePage(page)
  await expect(welcome.heading).toBeVisible()
  await expect(page.getByRole('button', { name: /^Set up my server/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('button', { name: /^I already run nps/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('button', { name: /^Try it on this laptop/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('button', { name: /^From another laptop/ })).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Where is your cloud server?' })).toBeVisible()
})

test('the language changes at once and is kept over a restart', async ({ app }) => {
  await new WelcomePage(app.page).chooseLanguage('简体中文')
  await expect(app.page.getByRole('button', { name: /^在本机上试用/ })).toBeVisible()
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await app.close()
  await app.start()
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'zh-CN')
})

test('a server on which nps is stopped is named so, and what was typed stays', async ({ app: { page } }) => {
  await new WelcomePage(page).connectToRunning()
  // port 1 of this computer: nothing listens there
  await page
    .getByLabel('Paste what it prints')
    .fill(`nps-desktop://connect?host=127.0.0.1&port=1&key=${'k'.repeat(40)}`)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByText('nps is not running on 127.0.0.1.')).toBeVisible()
  // the line itself carries a key and does not stay on the screen; what was read from it does
  await expect(page.getByLabel('Address of the server')).toHaveValue('127.0.0.1')
  await expect(page.getByLabel('Port for lab boxes')).toHaveValue('1')
  await expect(page.getByLabel('Admin key')).toHaveValue('k'.repeat(40))
})

test('the keys for search and settings work before there is a server, in the wizard too', async ({
  app: { page },
}) => {
  await new WelcomePage(page).setUpServer()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+,')
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
})
