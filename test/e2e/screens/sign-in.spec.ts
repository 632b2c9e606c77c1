import { canAskForCodes, codeSshdPassword, startCodeSshd } from '../../harness/code-sshd.ts'
import { expect, test } from '../app-fixture.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'

test.skip(!canAskForCodes, 'a real sshd that asks for a code takes root')

test('the wizard asks for the code of a server that wants one, again after a wrong one, and goes on', async ({
  app,
}) => {
  const sshd = await startCodeSshd(['password', 'code'])
  try {
    const { page } = app
    const wizard = new SetupWizard(page)
    await new WelcomePage(page).setUpServer()
    await page.getByLabel('SSH port', { exact: true }).fill(String(sshd.port))
    await wizard.signInToServer({ host: sshd.host, user: sshd.user, password: codeSshdPassword })
    const dialog = page.getByRole('dialog')
    const code = dialog.getByLabel('Verification code:')
    await code.fill('1')
    await code.press('Enter')
    await expect(dialog.getByText('127.0.0.1 did not accept that.')).toBeVisible()
    await shoot(app, 'wizard-asks')
    await code.fill('424242')
    await code.press('Enter')
    await expect(wizard.step('connect', 'done')).toBeVisible()
    await expect(dialog).toBeHidden()
  } finally {
    await sshd.close()
  }
})
