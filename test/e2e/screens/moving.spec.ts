import { expect, test } from '../app-fixture.ts'
import { SettingsPage } from '../pages/settings-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

// the window asks the system where to put a download, which nobody answers here
test.skip(({ host }) => host !== 'headless', 'a file is saved without a question in a browser only')

test('what is exported can be looked into with its passphrase alone, before anything is added', async ({
  app: { page },
}) => {
  await expect(new WelcomePage(page).heading).toBeVisible()
  const settings = new SettingsPage(page)
  await settings.open()
  await settings.choose({ language: 'en', theme: 'dark' })
  await page.getByRole('button', { name: 'Export…' }).click()
  await page.getByLabel('Passphrase').fill('correct horse')
  await page.getByLabel('The same again').fill('correct horse')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the file' }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^nps-desktop-.*\.npsmove$/)
  await expect(page.getByText('The file was made.')).toBeVisible()

  await page.getByRole('button', { name: 'Import…' }).click()
  await page.getByLabel('File').setInputFiles(await file.path())
  await page.getByLabel('Passphrase').fill('wrong horse')
  await page.getByRole('button', { name: 'Look inside' }).click()
  await expect(page.getByRole('alert')).toContainText('This passphrase does not open the file.')
  await page.getByLabel('Passphrase').fill('correct horse')
  await page.getByRole('button', { name: 'Look inside' }).click()
  await expect(page.getByText('All of it is here already.')).toBeVisible()
  await page.getByRole('button', { name: 'Add to this laptop' }).click()
  await expect(page.getByText('Added. Servers: 0')).toBeVisible()
})
