import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { Bed } from '../../testbed/bed.ts'
import { startJupyter, startTensorBoard } from '../../testbed/machines/bed-services.ts'
import { ssh } from '../../testbed/ssh-client.ts'
import type { App } from '../app-fixture.ts'
import { expect, hostKeyOf, test } from '../bed-fixture.ts'
import { lookAt, recordLooks } from '../looks.ts'
import { HomePage } from '../pages/home-page.ts'
import { notebookFile, notebookText, runNotebook } from '../pages/jupyter-page.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'
import { recordNotifications } from '../told-notices.ts'
import { endWhileAway, lookAtCard, testPath, toldTimeoutMs, trainingEnded } from './lab-steps.ts'
import { Training } from './training.ts'

test.use({ machines: ['cloud', 'lab'] })
test.setTimeout(10 * 60_000)

const tunnels = ['SSH', 'Jupyter', 'TensorBoard']
/** After this long nothing may call itself ready that has not been proved since (ui: green expires). */
const greenLastsMs = 30_000
/** How long everything may take to come back by itself: the slowest retry is 20 s, Jupyter's start some more. */
const returnTimeoutMs = 60_000

test('from a bare server to SSH, Jupyter and TensorBoard, and back again after every interruption', async ({
  app,
  bed,
}) => {
  const { page } = app
  const wizard = new SetupWizard(page)
  const home = new HomePage(page)
  await bed.lab.exec(`runuser -u researcher -- tee /home/researcher/${notebookFile}`, {
    input: notebookText(),
  })
  const token = await startJupyter(bed.lab)
  await startTensorBoard(bed.lab)
  // a browser has this in the spec of a day
  const training = app.host === 'electron' && app.windows === null ? await Training.start(bed.lab) : null

  await test.step('the server: host key first, then the secret, then every step by itself', async () => {
    await new WelcomePage(page).setUpServer()
    await shoot(app, 'wizard-sign-in')
    const shown = await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
    expect(shown).toBe(await hostKeyOf(bed.cloud))
    await wizard.expectServerReady()
  })

  await test.step(`the lab box: ${app.host === 'electron' ? 'over ssh' : 'by the pasted line'}`, async () => {
    if (app.host === 'electron') await addLabOverSsh(wizard, bed)
    else await addLabByLine(wizard, page, bed)
    await expect(wizard.heading).toHaveText('lab-a100 is online.', { timeout: 60_000 })
    await shoot(app, 'wizard-lab-online')
    await wizard.press('Add tunnels')
  })

  await test.step('three tunnels, one click each', async () => {
    await wizard.addTunnel('SSH')
    await wizard.addTunnel('Jupyter')
    await wizard.addTunnel('TensorBoard')
    await shoot(app, 'wizard-tunnels')
    await wizard.press('Done')
    await expect(home.sentence).toHaveText('All three tunnels are ready.')
    await shoot(app, 'home-ready')
  })

  await test.step('a shell: the command on the screen runs as the lab user', () => useShell(app, bed))

  await test.step('the notebook opens, and a cell runs over its WebSocket', async () => {
    const files = await app.running.openedPage(() =>
      home.row('Jupyter').getByRole('button', { name: 'Open notebook' }).click(),
    )
    await logInToJupyter(files, app.host === 'electron' ? null : token)
    await runNotebook(files)
    await files.close()
  })

  await test.step('the board shows the curve that the training script wrote', () => expectBoard(app))

  await test.step('the graph has moved', async () => {
    const tunnel = new TunnelPage(page)
    await tunnel.open('SSH')
    // 4 MB came down within a second or two
    await expect.poll(() => tunnel.busiestSecond()).toBeGreaterThan(1e6)
    await shoot(app, 'tunnel-traffic')
    await home.open()
  })

  const notified =
    training &&
    (await test.step('GPUs, a path test, and word asked for when a training ends', async () => {
      const shown = await recordNotifications(app)
      await lookAtCard(app, training)
      await endWhileAway(app, training, 'Jupyter')
      await testPath(app, { server: bed.cloud.address, tunnel: 'Jupyter' })
      await home.open()
      return shown
    }))

  await test.step('the cloud machine reboots: nothing is called ready meanwhile, all is afterwards', async () => {
    // a server that is back within 20 s was being checked all the while, and never told as away
    const notReady = (['checking', 'unknown', 'broken'] as const).map((look) => home.row('SSH', look))
    const gone = expect(notReady.reduce((one, other) => one.or(other))).toBeVisible()
    await Promise.all([gone, bed.cloud.reboot()])
    await expectAllBack(app, bed)
  })

  if (notified)
    await test.step('the system is told that the training has ended', () =>
      expect.poll(notified, { timeout: toldTimeoutMs }).toContainEqual(expect.stringMatching(trainingEnded)))

  // whatever the window runs on, it is the same backend that waits for the same npc: these take two minutes
  if (app.windows === null) await interruptLab(app, bed)

  await test.step('a board is for this laptop only; opened to anyone by choice, and closed again', async () => {
    expect(await home.address('TensorBoard')).toMatch(/^http:\/\/127\.0\.0\.1:/)
    const tunnel = new TunnelPage(page)
    await tunnel.open('TensorBoard')
    await tunnel.letAnyoneIn()
    await home.open()
    await expect(home.sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
    const open = await home.address('TensorBoard')
    expect(open).toContain(bed.cloud.address)
    expect((await fetch(open)).status).toBe(200)
    await tunnel.open('TensorBoard')
    await tunnel.letOnlyThisLaptopIn()
    await home.open()
    await expect(home.sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
    await shoot(app, 'home-laptop-only')
    await expect(fetch(open)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await expectBoard(app)
  })

  await test.step('after a restart of the app everything is there again', async () => {
    await app.close()
    await app.start()
    await expect(new HomePage(app.page).sentence).toHaveText('All three tunnels are ready.', {
      timeout: 30_000,
    })
    await expectBoard(app)
  })
})

async function interruptLab(app: App, bed: Bed): Promise<void> {
  const { page } = app
  const home = new HomePage(page)

  await test.step('the lab box reboots: its tunnels break and come back', async () => {
    const broken = expect(home.row('SSH', 'broken')).toBeVisible({ timeout: greenLastsMs })
    await Promise.all([broken, bed.lab.reboot()])
    await expectAllBack(app, bed)
  })

  await test.step('the network of the lab is gone for a minute: the screen says so and heals', async () => {
    const seen = await recordLooks(page)
    const cutAtMs = Date.now()
    await bed.lab.cutNetwork()
    await expect(home.row('SSH', 'broken')).toBeVisible({ timeout: greenLastsMs })
    await expect(page.getByText(/lab-a100 (has been offline since|is offline)/).first()).toBeVisible()
    await shoot(app, 'home-lab-offline')
    await wait(cutAtMs + 60_000 - Date.now())
    const restoredAtMs = Date.now()
    await bed.lab.restoreNetwork()
    await expectAllBack(app, bed)
    const looks = await seen()
    for (const name of tunnels) {
      expect(lookAt(looks, name, cutAtMs), name).toBe('ready')
      const late = looks.filter(
        ({ atMs, look, ...one }) =>
          one.name === name && look === 'ready' && atMs > cutAtMs && atMs < restoredAtMs,
      )
      expect(late, `${name} was called ready without a proof`).toEqual([])
      expect(lookAt(looks, name, cutAtMs + greenLastsMs + 1_000), name).not.toBe('ready')
    }
  })
}

async function addLabOverSsh(wizard: SetupWizard, bed: Bed): Promise<void> {
  await bed.network.openSshWay('laptop', 'lab')
  const shown = await wizard.signInToLab({ host: bed.lab.address, ...bed.accounts.researcher }, 'lab-a100')
  expect(shown).toBe(await hostKeyOf(bed.lab))
}

async function addLabByLine(wizard: SetupWizard, page: Page, bed: Bed): Promise<void> {
  await page.getByRole('tab', { name: 'Paste one line' }).click()
  await page.getByLabel('Name of the lab box').fill('lab-a100')
  await wizard.press('Create the line')
  const copy = page
    .getByRole('region', { name: 'The line to paste' })
    .getByRole('button', { name: /^Copy curl/ })
  // it waits for the programs that it fetches, of which the server gets 106 MB first
  const line = (await copy.innerText({ timeout: 90_000 })).trim()
  // as the researcher would, in a login shell of their own
  await bed.lab.exec('runuser -l researcher', { input: `${line}\n`, timeoutMs: 120_000 })
}

/** Runs what the row offers to copy, by OpenSSH, and lets 4 MB through for the graph. */
async function useShell(app: App, bed: Bed): Promise<void> {
  const command = await new HomePage(app.page).address('SSH')
  const [, port, host] = /^ssh -p (\d+) (?:\S+@)?(\S+)$/.exec(command) ?? []
  expect(host).toBe(bed.cloud.address)
  const login = { host: host ?? '', port: Number(port), ...bed.accounts.researcher }
  expect(await ssh(login, 'hostname; id -un')).toMatchObject({ exitCode: 0, stdout: 'lab\nresearcher\n' })
  const bytes = await ssh(login, 'head -c 4000000 /dev/zero | tr "\\0" x')
  expect(bytes.stdout).toHaveLength(4_000_000)
}

/** With the token in the address nothing is asked; otherwise Jupyter's own page takes it. */
async function logInToJupyter(files: Page, token: string | null): Promise<void> {
  if (token !== null) {
    await files.getByLabel('Password or token:').fill(token)
    await files.getByRole('button', { name: 'Log in', exact: true }).click()
  }
  await expect(files.getByText(notebookFile, { exact: true })).toBeVisible({ timeout: 30_000 })
}

/** Opened from its row, it shows what the training script wrote. */
async function expectBoard(app: App): Promise<void> {
  const row = new HomePage(app.page).row('TensorBoard')
  const board = await app.running.openedPage(() => row.getByRole('button', { name: 'Open board' }).click())
  await expect(board.getByText('loss', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  await expect(board.getByText('first', { exact: true }).first()).toBeVisible()
  await board.close()
}

async function expectAllBack(app: App, bed: Bed): Promise<void> {
  const home = new HomePage(app.page)
  await expect(home.sentence).toHaveText('All three tunnels are ready.', { timeout: returnTimeoutMs })
  const command = await home.address('SSH')
  const port = Number(/-p (\d+)/.exec(command)?.[1])
  const login = { host: bed.cloud.address, port, ...bed.accounts.researcher }
  expect(await ssh(login, 'id -un')).toMatchObject({ exitCode: 0, stdout: 'researcher\n' })
}
