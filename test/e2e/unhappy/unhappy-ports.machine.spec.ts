import { expect, test } from '../bed-fixture.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'

test.skip(({ host }) => host === 'electron', 'the same page and backend; the main job runs in the window')

test.beforeEach(async ({ app }) => {
  await new WelcomePage(app.page).setUpServer()
})

test('a security group that drops 7000-9000: the provider and its rule are shown, and it goes on by itself once opened', async ({
  app,
  bed,
}) => {
  const { page } = app
  const wizard = new SetupWizard(page)
  await bed.metadata.pretend('aliyun')
  await bed.securityGroup.drop('7000-9000')
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
  await test.step('the first closed port names the whole rule, not that port alone', async () => {
    const failed = wizard.step('bridge', 'failed')
    await expect(failed).toContainText('The security group of Alibaba Cloud drops these ports', {
      timeout: 90_000,
    })
    for (const value of ['Inbound', 'Allow', 'TCP', '7000/9000', 'UDP', '8024/8025', '0.0.0.0/0'])
      await expect(failed.getByRole('table')).toContainText(value)
    await shoot(app, 'unhappy-security-group-bridge')
  })

  await bed.securityGroup.allow('7000-9000')
  await expect(page.getByRole('heading', { level: 1, name: /is ready\.$|^Where is the GPU\?$/ })).toBeVisible(
    { timeout: 60_000 },
  )
})

test("the server's own firewall: the button adds the rules, and nothing else changes", async ({
  app,
  bed,
}) => {
  const wizard = new SetupWizard(app.page)
  await bed.hostFirewall.start('ufw')
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
  const failed = wizard.step('bridge', 'failed')
  await expect(failed).toContainText("The server's own firewall (ufw) blocks these ports.", {
    timeout: 90_000,
  })
  await shoot(app, 'unhappy-host-firewall')
  await failed.getByRole('button', { name: 'Open them' }).click()
  await expect(wizard.step('bridge', 'failed')).toHaveCount(0, { timeout: 30_000 })
  await wizard.expectServerReady()
  const rules = await bed.cloud.exec('ufw status')
  expect(rules).toMatch(/^22\/tcp +ALLOW/m)
  expect(rules).toMatch(/^7000:9000\/tcp +ALLOW/m)
  expect(rules).toMatch(/^8024:8025\/udp +ALLOW/m)
})
