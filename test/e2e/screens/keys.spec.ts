import { expect, test } from '../app-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test('Ctrl N of a lab box opens its form, also at once after it was closed; below the form no key acts', async ({
  app,
}) => {
  const { page } = app
  await new WelcomePage(page).tryItHere()
  await expect(new HomePage(page).sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
  await page.getByRole('link', { name: 'Sample lab box' }).first().click()
  await expect(page.getByRole('heading', { level: 1, name: 'Sample lab box' })).toBeVisible()
  const dialog = page.getByRole('dialog')
  const form = dialog.and(page.getByRole('dialog', { name: /Add a tunnel/ }))

  await page.keyboard.press('Control+n')
  await expect(form).toBeVisible()
  for (const key of ['Control+1', 'Control+k', 'Control+n', 'Control+,']) await page.keyboard.press(key)
  await expect(dialog).toHaveCount(1)
  await expect(page.getByRole('menu')).toHaveCount(0)
  expect(page.url()).toContain('/labs/')

  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+n')
  await expect(form).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await page.keyboard.press('Control+1')
  await expect(page).toHaveURL(/#\/$/)
})
