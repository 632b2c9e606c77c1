import { startChromium } from '../../harness/chromium.ts'
import { actionTimeoutMs } from '../app/running-app.ts'
import { expect, test } from '../bed-fixture.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test.skip(({ host }) => host === 'electron', 'the web console is a page of the server')
test.setTimeout(4 * 60_000)

test('the web console: ten wrong passwords lock the address out for a minute, the right one included', async ({
  app,
  bed,
}) => {
  const wizard = new SetupWizard(app.page)
  await new WelcomePage(app.page).setUpServer()
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
  await wizard.expectServerReady()
  // it listens on the server alone unless its owner says otherwise
  const conf = '/etc/nps/conf/nps.conf'
  await bed.cloud.exec(`sed -i -E 's/^#? *web_ip *=.*/web_ip=0.0.0.0/' ${conf} && nps restart`)
  const password = (await bed.cloud.exec(`sed -n -E 's/^web_password *= *//p' ${conf}`)).trim()
  const port = (await bed.cloud.exec(`sed -n -E 's/^web_port *= *//p' ${conf}`)).trim()

  const browser = await startChromium()
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    page.setDefaultTimeout(actionTimeoutMs)
    await page.goto(`http://${bed.cloud.address}:${port}/`)
    const logIn = async (attempt: string) => {
      await page.getByLabel('User').fill('admin')
      await page.getByLabel('Password', { exact: true }).fill(attempt)
      const answered = page.waitForResponse((response) => response.url().endsWith('/login'))
      await page.getByRole('button', { name: 'Sign in' }).click()
      return (await answered).status()
    }
    for (let count = 1; count <= 10; count++) expect(await logIn(`wrong ${count}`)).toBe(401)
    await expect(page.getByText('User or password is wrong.')).toBeVisible()
    expect(await logIn('wrong 11')).toBe(429)
    await expect(page.getByText('Too many failed sign-ins from this address.')).toBeVisible()
    await expect(page.getByText(/guess passwords\. Try again in \d+\ss\./)).toBeVisible()
    expect(await logIn(password)).toBe(429)

    await expect
      .poll(() => logIn(password), {
        timeout: 90_000,
        intervals: [10_000],
        message: 'the lock ends by itself',
      })
      .toBe(200)
    await expect(page.getByLabel('Password', { exact: true })).toHaveCount(0)
  } finally {
    await browser.close()
  }
})
