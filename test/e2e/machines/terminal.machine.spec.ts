import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPamCode } from '../../harness/pam-code.ts'
import { copyTmux } from '../../testbed/machines/copy-tmux.ts'
import type { Machine } from '../../testbed/machines/machine.ts'
import { expect, test } from '../bed-fixture.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'

test.skip(({ host }) => host === 'electron', 'the same page and backend; the main job runs in the window')
test.use({ machines: ['cloud', 'lab'] })

test('a person types in a shell on the lab box, loses the network, and goes on in the same shell', async ({
  app,
  bed,
}) => {
  test.setTimeout(300_000)
  const { page } = app
  const wizard = new SetupWizard(page)
  await copyTmux(bed.lab)
  await new WelcomePage(page).setUpServer()
  await wizard.setUpBoth(bed)
  await page
    .getByRole('link', { name: 'Home' })
    .or(page.getByRole('button', { name: 'Add tunnels' }))
    .click()
  await page.evaluate(() => (location.hash = '#/'))

  await page
    .getByRole('link', { name: /lab-a100/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'lab-a100', level: 1 }).waitFor()
  await page.keyboard.press('t')
  const text = page.locator('.xterm-rows')
  await expect(page.getByText(/^Connected for/)).toBeVisible({ timeout: 30_000 })
  await expect(text).toContainText('$', { timeout: 30_000 })
  await page.keyboard.type("word=kept; printf '%s-%s\\n' said hello\n")
  await expect(text).toContainText('said-hello')
  await shoot(app, 'terminal')

  await bed.lab.cutNetwork()
  await expect(page.getByText(/^Connection lost at/)).toBeVisible({ timeout: 60_000 })
  await page.keyboard.type("printf '%s-%s\\n' said $word\n")
  await expect(page.getByText(/characters that you have typed wait/)).toBeVisible()
  await shoot(app, 'terminal-lost')
  await bed.lab.restoreNetwork()
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(text).toContainText('said-kept', { timeout: 60_000 })
  await expect(page.getByText(/^Connection lost at/)).toBeHidden()

  await askForCodes(bed.lab)
  const signIn = page.getByRole('button', { name: 'Sign in', exact: true })
  await signIn.click({ timeout: 60_000 })
  const code = page.getByRole('dialog').getByLabel('Verification code:')
  await code.fill('1')
  await code.press('Enter')
  await expect(page.getByText('lab-a100 did not accept that.')).toBeVisible({ timeout: 30_000 })
  await shoot(app, 'terminal-asks')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await signIn.click()
  await code.fill('424242')
  await code.press('Enter')
  await expect(page.getByText(/^Connected for/)).toBeVisible({ timeout: 30_000 })
  await page.locator('.xterm').click()
  await page.keyboard.type("printf '%s-%s\\n' still $word\n")
  await expect(text).toContainText('still-kept', { timeout: 30_000 })

  await page.keyboard.type('exit\n')
  await expect(page.getByText(/^The shell ended at/)).toBeVisible({ timeout: 30_000 })

  await page.getByRole('button', { name: /^New tab/ }).click()
  await page.getByRole('menuitem', { name: bed.cloud.address }).click()
  await expect(page.getByText(`root@${bed.cloud.address}`, { exact: true })).toBeVisible()
  await expect(page.getByText(/^Connected for/)).toBeVisible({ timeout: 30_000 })
  await page.locator('.xterm').click()
  await page.keyboard.type("printf '%s-%s\\n' on $(hostname)\n")
  await expect(text).toContainText('on-cloud', { timeout: 30_000 })
})

/** From now on sshd wants a code beside the password, and whoever is signed in is out. */
async function askForCodes(machine: Machine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-pam-'))
  try {
    const input = (await readFile(await buildPamCode(folder))).toString('base64')
    await machine.exec(
      `base64 -d > /opt/pam_code.so
      echo 'auth required /opt/pam_code.so 424242' >> /etc/pam.d/sshd
      printf '%s\\n' 'UsePAM yes' 'KbdInteractiveAuthentication yes' > /etc/ssh/sshd_config.d/01-code.conf
      sshd -t && systemctl restart ssh
      for one in $(pgrep -x sshd); do
        [ "$one" = "$(systemctl show -P MainPID ssh)" ] || kill "$one" || true
      done`,
      { input },
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}
