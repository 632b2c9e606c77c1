import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { startJupyter, startTensorBoard } from '../../testbed/machines/bed-services.ts'
import type { Machine } from '../../testbed/machines/machine.ts'
import { ssh } from '../../testbed/ssh-client.ts'
import { startChromium } from '../../harness/chromium.ts'
import { actionTimeoutMs } from '../app/running-app.ts'
import { expect, test } from '../bed-fixture.ts'
import { notebookFile, notebookText, runNotebook } from '../pages/jupyter-page.ts'

test.skip(({ host }) => host === 'electron', 'nothing here is the app’s')
test.use({ machines: ['cloud', 'lab'] })
test.setTimeout(6 * 60_000)

const password = 'goudan-77'

/** As people have always done it with NPS, with two shells and a browser: no app anywhere. */
test('by hand: tar, install, edit, start, log in, add a client, copy its command, npc, three tunnels', async ({
  bed,
  programsFolder,
}) => {
  const { cloud, lab } = bed
  const asResearcher = (line: string) =>
    lab.exec('su - researcher -s /bin/sh', { input: `${line}\n`, timeoutMs: 60_000 })
  await lab.exec(`runuser -u researcher -- tee /home/researcher/${notebookFile}`, { input: notebookText() })
  // Jupyter refuses names that are not its own machine's, whoever carries the request; its owner has to allow them.
  const options = '--ServerApp.allow_remote_access=True'
  const [token] = await Promise.all([startJupyter(lab, { options }), startTensorBoard(lab)])
  const browser = await startChromium()
  try {
    const context = await browser.newContext({ locale: 'en-US' })
    const page = await context.newPage()
    page.setDefaultTimeout(actionTimeoutMs)

    await test.step('on the public server: unpack, install, a password of one’s own, start', async () => {
      await unpack(cloud, join(programsFolder, 'linux_amd64_server.tar.gz'), '/root/nps-server')
      await cloud.exec('cd /root/nps-server && ./nps install')
      await cloud.exec(`sed -i 's/^web_password=.*/web_password=${password}/' /etc/nps/conf/nps.conf`)
      expect(await cloud.exec('nps start')).toContain('nps is running')
    })

    await test.step('in the browser: log in', async () => {
      await page.goto(`http://${cloud.address}:8080`)
      await page.getByLabel('User').fill('admin')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'No lab box yet.' })).toBeVisible()
    })

    const command = await test.step('add a client and copy its command', async () => {
      await page.getByRole('button', { name: 'Add a lab box' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill('lab-a100')
      await dialog.getByRole('button', { name: 'Add it', exact: true }).click()
      // the command holds the client's key
      await page
        .getByRole('region', { name: 'lab-a100' })
        .getByLabel('Password', { exact: true })
        .fill(password)
      await page.keyboard.press('Enter')
      const copy = page.getByRole('button', { name: /^Copy npc / })
      return (await copy.innerText()).trim()
    })
    expect(command).toMatch(new RegExp(`^npc -server=${cloud.address}:8024 -vkey=\\w+ -type=tcp`))

    await test.step('on the lab box: unpack and run what was copied; the client turns online', async () => {
      await unpack(lab, join(programsFolder, 'linux_amd64_client.tar.gz'), '/home/researcher/npc-client')
      await lab.exec('chown -R researcher: /home/researcher/npc-client')
      // It goes on when the shell that started it has gone, as in tmux.
      await asResearcher(`cd npc-client && setsid nohup ./${command} > npc.log 2>&1 < /dev/null &`)
      const group = page.getByRole('region', { name: 'lab-a100' })
      await expect(group.getByText(/^Online/)).toBeVisible({ timeout: 30_000 })
    })

    await test.step('three tunnels, each proved by the console', async () => {
      await addTunnel(page, { name: 'ssh', target: '127.0.0.1:22', port: 7001 })
      await addTunnel(page, { name: 'jupyter', target: '127.0.0.1:8888', port: 8888 })
      await addTunnel(page, { name: 'tensorboard', target: '127.0.0.1:6006', port: 7006 })
      await expect(page.getByText(/^Ready/)).toHaveCount(3, { timeout: 30_000 })
    })

    await test.step('ssh -p 7001 is a shell on the lab box', async () => {
      const login = { host: cloud.address, port: 7001, ...bed.accounts.researcher }
      expect(await ssh(login, 'hostname; id -un')).toMatchObject({ exitCode: 0, stdout: 'lab\nresearcher\n' })
    })

    await test.step('the notebook answers in the laptop’s browser, and a cell runs', async () => {
      const files = await context.newPage()
      await files.goto(`http://${cloud.address}:8888/?token=${token}`)
      await expect(files.getByText(notebookFile, { exact: true })).toBeVisible({ timeout: 30_000 })
      await runNotebook(files)
      await files.close()
    })

    await test.step('the board shows the curve', async () => {
      const board = await context.newPage()
      await board.goto(`http://${cloud.address}:7006`)
      await expect(board.getByText('loss', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
      await board.close()
    })

    await test.step('the same console in Chinese, with the traffic of all this', async () => {
      await page.getByRole('tab', { name: '简体中文' }).click()
      await expect(page.getByRole('button', { name: '添加实验室主机' }).first()).toBeVisible()
      const tunnels = JSON.parse(await cloud.exec('nps tunnel list -json')) as { downBytes: number }[]
      expect(tunnels.every(({ downBytes }) => downBytes > 100)).toBe(true)
    })
  } finally {
    await browser.close()
  }
})

async function unpack(machine: Machine, archive: string, folder: string): Promise<void> {
  const content = await readFile(archive)
  await machine.exec(`mkdir -p ${folder} && cd ${folder} && base64 -d | tar xvzf -`, {
    input: content.toString('base64'),
    timeoutMs: 120_000,
  })
}

async function addTunnel(
  page: Page,
  { name, target, port }: { name: string; target: string; port: number },
): Promise<void> {
  const group = page.getByRole('region', { name: 'lab-a100' })
  await group.getByRole('button', { name: 'Add tunnel' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Address on the lab box').fill(target)
  await dialog.getByLabel('Public port').fill(String(port))
  await dialog.getByRole('button', { name: 'Add it', exact: true }).click()
  await expect(dialog).toHaveCount(0)
}
