import { expect, test } from '../app-fixture.ts'
import { NpsWithConsole } from '../nps-with-console.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test('a running nps is connected to by the line that it prints, and its console opens signed in, once', async ({
  app,
}) => {
  await using nps = await NpsWithConsole.start()
  const { page } = app
  await new WelcomePage(page).connectToRunning()
  await page.getByLabel('Paste what it prints').fill(await nps.connectLine())
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Connected.' })).toBeVisible()
  await page.getByRole('button', { name: 'Close' }).click()
  await page
    .getByRole('link', { name: /127\.0\.0\.1/ })
    .first()
    .click()
  const opener = page.getByRole('button', { name: 'Console', exact: true })
  const opened = await app.running.openedPage(() => opener.click())
  await expect(opened.getByRole('button', { name: 'Add a lab box' })).toBeVisible()
  await opened.reload()
  await expect(opened.getByRole('button', { name: 'Add a lab box' })).toBeVisible()

  // what stays in the browser's history opens nothing elsewhere
  const browser = opened.context().browser()
  if (!browser) throw new Error('a page without a browser')
  const another = await browser.newPage()
  await another.goto(opened.url())
  await expect(another.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await another.close()
  await opened.close()
})
