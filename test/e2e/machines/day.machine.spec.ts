import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { olderProgram } from '../../harness/programs/older-program.ts'
import type { Machine } from '../../testbed/machines/machine.ts'
import { expect, test } from '../bed-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { notebookFile, notebookText } from '../pages/jupyter-page.ts'
import { LabPage } from '../pages/lab-page.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'
import { recordNotifications } from '../told-notices.ts'
import { PassHolder } from './pass-holder.ts'
import { endWhileAway, lookAtCard, testPath, toldTimeoutMs, trainingEnded } from './lab-steps.ts'
import { Training } from './training.ts'

test.skip(
  ({ host }) => host === 'electron',
  'the window has the card, the path test and the notification in the main job',
)
test.use({ machines: ['cloud', 'lab', 'jump'] })
test.setTimeout(8 * 60_000)

test('a working day: a look at the GPUs, a notebook started, a guest, a test of the way, an update, and word that the training has ended', async ({
  app,
  bed,
  programsFolder,
}) => {
  const { page } = app
  const { cloud, lab: labMachine } = bed
  const home = new HomePage(page)
  const lab = new LabPage(page)
  const tunnel = new TunnelPage(page)
  const training = await Training.start(labMachine)
  await labMachine.exec(`runuser -u researcher -- tee /home/researcher/${notebookFile}`, {
    input: notebookText(),
  })
  await test.step('the wizard sets both up', async () => {
    await new WelcomePage(page).setUpServer()
    await new SetupWizard(page).setUpBoth(bed)
    await page.evaluate(() => (location.hash = '#/'))
  })
  const notified = await recordNotifications(app)

  await test.step('the card shows the GPUs and the machine as they are, and moves with them', () =>
    lookAtCard(app, training))

  await test.step('Jupyter is started from its sheet, and what was made opens with its token', async () => {
    const sheet = await lab.startJupyter('JupyterLab 4.6.6')
    await shoot(app, 'day-started')
    const files = await app.running.openedPage(() =>
      sheet.getByRole('button', { name: 'Open notebook' }).click(),
    )
    await expect(files.getByText(notebookFile, { exact: true })).toBeVisible({ timeout: 60_000 })
    await files.close()
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  await test.step('word is asked for when the training ends, and it ends while another page is in front', () =>
    endWhileAway(app, training, 'Jupyter'))

  await test.step('a guest pass leads to that tunnel from another machine, until it is taken back', async () => {
    const line = await tunnel.makeGuestPass('A labmate')
    const guest = await PassHolder.paste(line, bed.machine('jump'), programsFolder)
    expect(await guest.get('/api')).toContain('"version"')
    const { ended } = await guest.visit()
    const row = tunnel.guests.getByRole('row', { name: 'A labmate' })
    await expect(row).toContainText('first used at')
    await shoot(app, 'day-guest')
    await row.getByRole('button', { name: 'Revoke' }).click()
    await expect(row).toContainText('revoked')
    await ended
    await expect(guest.get('/api')).rejects.toThrow('curl')
  })

  await test.step('the path test measures each leg', () =>
    testPath(app, { server: cloud.address, tunnel: 'Jupyter' }))

  await test.step('an older nps and an older npc are brought up to date by their buttons', async () => {
    await runOlder(labMachine, '/home/researcher/.local/bin/npc', {
      programsFolder,
      restart: `runuser -u researcher -- env XDG_RUNTIME_DIR=/run/user/$(id -u researcher) systemctl --user restart npc`,
    })
    await runOlder(cloud, '/usr/bin/nps', { programsFolder, restart: 'systemctl restart nps' })
    await page.getByRole('link', { name: cloud.address }).first().click()
    const versions = page.getByRole('region', { name: 'Versions' })
    for (const [program, machine] of [
      ['nps', cloud.address],
      ['npc', 'lab-a100'],
    ] as const) {
      const row = versions.getByRole('listitem').filter({ hasText: program })
      await expect(row).toContainText('0.9.9 → 1.0.0', { timeout: 30_000 })
      await row.getByRole('button', { name: `Update ${program} on ${machine}` }).click()
      await expect(row).toContainText('Updated', { timeout: 60_000 })
      await expect(row).toContainText('1.0.0')
    }
    await shoot(app, 'day-updated')
    const ports = await page.getByRole('region', { name: 'Ports and who uses them' }).boundingBox()
    const beside = await versions.boundingBox()
    expect((ports?.x ?? 0) + (ports?.width ?? 0)).toBeLessThan(beside?.x ?? 0)
    expect(await labMachine.exec('/home/researcher/.local/bin/npc -version')).toContain('1.0.0')
    expect(await cloud.exec('nps -version')).toContain('1.0.0')
    await home.open()
    await expect(home.row('Jupyter', 'ready')).toBeVisible({ timeout: 30_000 })
  })

  await test.step('the browser tells that the training has ended, and what is free now', () =>
    expect.poll(notified, { timeout: toldTimeoutMs }).toEqual([expect.stringMatching(trainingEnded)]))

  await test.step('what was started is stopped again', async () => {
    await lab.open('lab-a100')
    await expect(lab.wish(`${Training.processName} ends`)).toHaveCount(0)
    const stop = lab.found.getByRole('button', { name: 'Stop Jupyter on port 8888' })
    await stop.click({ timeout: 30_000 })
    await expect(stop).toHaveCount(0, { timeout: 30_000 })
    expect(await labMachine.exec('ss -Hltn "sport = 8888"')).toBe('')
  })
})

/** The program of this machine as of version 0.9.9, as if it had been set up long ago. */
async function runOlder(
  machine: Machine,
  path: string,
  { programsFolder, restart }: { programsFolder: string; restart: string },
): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const older = olderProgram(await readFile(join(programsFolder, `${name}-linux-${arch}`)))
  await writeFile(join(machine.disk.root, `${path}.older`), older)
  // where it runs it cannot be written over; another file may take its name, with its owner and mode
  await machine.exec(
    `chown --reference=${path} ${path}.older && chmod --reference=${path} ${path}.older && mv ${path}.older ${path} && ${restart}`,
  )
  expect(await machine.exec(`${path} -version`)).toContain('0.9.9')
}
