import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, expect, test } from '../app-fixture.ts'
import { NpsWithConsole } from '../nps-with-console.ts'
import { SettingsPage } from '../pages/settings-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test('a second laptop gets everything by the code that the first one shows, by the keyboard alone', async ({
  app: { page, host },
  browserArgs,
  programsFolder,
}) => {
  await using nps = await NpsWithConsole.start()
  await new WelcomePage(page).connectToRunning()
  await page.getByLabel('Paste what it prints').fill(await nps.connectLine())
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Connected.' })).toBeVisible()
  await page.getByRole('button', { name: 'Close' }).click()
  await new SettingsPage(page).open()
  await page.getByRole('button', { name: 'Set up another laptop…' }).press('Enter')
  await page.getByRole('button', { name: 'Make a code' }).press('Enter')
  await expect(page.getByText(/Waiting for the other laptop… valid until \d\d:\d\d/)).toBeVisible()
  const code = page.getByRole('button', { name: /^Copy 127\.0\.0\.1:\d+ [\w-]{23}$/ })
  await expect(code).toBeFocused()

  const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-second-'))
  const second = new App({ host, browserArgs, dataFolder, programsFolder, windows: null })
  try {
    await second.start()
    const there = second.page
    await new WelcomePage(there).takeOver()
    await expect(there.getByLabel('Code')).toBeFocused()
    await there.keyboard.type('127.0.0.1:8024 K7QF2-9XMDT')
    await there.keyboard.press('Enter')
    await expect(there.getByRole('alert')).toContainText('This is not a code of another laptop.')
    await there.getByLabel('Code').fill((await code.locator('.mono').innerText()).toLowerCase())
    await there.keyboard.press('Enter')
    await expect(there.getByRole('button', { name: 'Add to this laptop' })).toBeVisible()
    await expect(there.getByRole('dialog')).toContainText('127.0.0.1')
    await expect(page.getByText('The other laptop has it.')).toBeVisible()
    await there.getByRole('button', { name: 'Add to this laptop' }).press('Enter')
    await expect(there.getByText('Added. Servers: 1')).toBeVisible()
    await expect(there.getByRole('link', { name: /127\.0\.0\.1/ }).first()).toBeVisible()
  } finally {
    await second.close()
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
})
