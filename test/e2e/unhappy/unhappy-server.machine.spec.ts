import { expect, hostKeyOf, test } from '../bed-fixture.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'

test.skip(({ host }) => host === 'electron', 'the same page and backend; the main job runs in the window')

/** The wizard at its first field, and who may sign in to the cloud machine. */
test.beforeEach(async ({ app }) => {
  await new WelcomePage(app.page).setUpServer()
})

test('a wrong password is told as that, and another one goes on from there', async ({ app, bed }) => {
  const wizard = new SetupWizard(app.page)
  await wizard.signInToServer({ host: bed.cloud.address, user: 'root', password: 'not it' })
  const failed = wizard.step('connect', 'failed')
  await expect(failed).toContainText(`${bed.cloud.address} did not let root in.`)
  await expect(failed).toContainText('Try another password or key.')
  await shoot(app, 'unhappy-wrong-password')
  await failed.getByLabel('Password', { exact: true }).fill(bed.accounts.root.password)
  await wizard.retryBy('Try this one')
  await wizard.expectServerReady()
})

test('a changed host key stops everything before a secret is sent, until it is accepted', async ({
  app,
  bed,
}) => {
  const { page } = app
  const wizard = new SetupWizard(page)
  const address = { host: bed.cloud.address, user: 'root' }
  const first = await wizard.showHostKey(address)
  await wizard.press('Yes, this is it')
  await page.getByRole('button', { name: 'Close' }).click()
  await bed.cloud.exec('rm /etc/ssh/ssh_host_* && ssh-keygen -A && systemctl restart ssh')
  const second = await hostKeyOf(bed.cloud)
  expect(second).not.toBe(first)

  await new WelcomePage(page).setUpServer()
  await page.getByLabel('Address', { exact: true }).fill(address.host)
  await page.getByLabel('User', { exact: true }).fill(address.user)
  await wizard.press('Connect')
  const dialog = page.getByRole('dialog', { name: `${address.host} shows a different host key.` })
  await expect(dialog).toContainText(first)
  await expect(dialog).toContainText(second)
  await expect(dialog.getByRole('button', { name: 'Stop' })).toBeFocused()
  await expect(page.getByLabel('Password of root')).toHaveCount(0)
  await shoot(app, 'unhappy-changed-host-key')
  await dialog.getByRole('button', { name: 'It was reinstalled' }).click()
  await page.getByLabel('Password of root').fill(bed.accounts.root.password)
  await wizard.press('Check and set up')
  await wizard.expectServerReady()
})

test('a taken port 8024 is named with its program, and the next free one is a click away', async ({
  app,
  bed,
}) => {
  const wizard = new SetupWizard(app.page)
  await bed.cloud.exec('systemd-run --quiet --unit=squatter python3 -m http.server 8024')
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
  const failed = wizard.step('free-ports', 'failed')
  await expect(failed).toContainText(`Port 8024 is taken on ${bed.cloud.address}.`)
  await expect(failed).toContainText('python3 listens there.')
  await shoot(app, 'unhappy-port-taken')
  await wizard.retryBy('Use 8025')
  await wizard.expectServerReady()
})

test('a disk that fills up during the upload: nothing half done stays, and the second try works', async ({
  app,
  bed,
}) => {
  const wizard = new SetupWizard(app.page)
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
  await expect(wizard.step('upload').getByRole('progressbar')).toBeVisible({ timeout: 30_000 })
  await bed.cloud.disk.fillUp()
  const failed = wizard.step('upload', 'failed')
  await expect(failed).toContainText(`Disk full on ${bed.cloud.address}.`)
  await expect(failed).toContainText('Make room there')
  await shoot(app, 'unhappy-disk-full')
  expect(await bed.cloud.exec('find / -xdev -newer /proc/1 -size +1M -name "*np[sc]*"')).toBe('')
  await bed.cloud.disk.free()
  await wizard.retryBy('Try again')
  await wizard.expectServerReady()
})

test('an account that may not become root is told so, and gets a server without root', async ({
  app,
  bed,
}) => {
  const wizard = new SetupWizard(app.page)
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.guest })
  const failed = wizard.step('identity', 'failed')
  await expect(failed).toContainText(`guest cannot become root on ${bed.cloud.address}.`)
  await shoot(app, 'unhappy-no-sudo')
  await wizard.retryBy('Install without root')
  await wizard.expectServerReady()
  expect(await bed.cloud.exec('ps -o user= -C nps | sort -u')).toBe('guest\n')
})
