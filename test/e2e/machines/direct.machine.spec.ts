import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { startChromium } from '../../harness/chromium.ts'
import type { Bed } from '../../testbed/bed.ts'
import { startJupyter } from '../../testbed/machines/bed-services.ts'
import { expect, test } from '../bed-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { countingNotebookText, notebookFile, RunningCell } from '../pages/jupyter-page.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { TunnelSheet } from '../pages/tunnel-sheet.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'
import { CopyBySsh, enough } from './copy-by-ssh.ts'

test.skip(({ host }) => host === 'electron', 'the same page and backend; the main job runs in the window')
test.use({ machines: ['cloud', 'lab'] })
test.setTimeout(4 * 60_000)

const vkey = 'a-key-for-the-lab-0123456789abcd'
const directNow = /direct · (<1|\d+)\sms/
/** How much of the copy arrives before the network changes again. */
const partBytes = 4_000_000

test('a notebook’s cell and a copy go directly, through the server, directly and through the server while they run, and the page says so', async ({
  app,
  bed,
  programsFolder,
}) => {
  const { page } = app
  const tunnel = new TunnelPage(page)
  const home = new HomePage(page)
  const notDirect = tunnel.way.getByText('Not direct from here.')
  const direct = tunnel.way.getByText(directNow)
  await bed.network.openUdpWay('laptop', 'lab')
  await bed.network.cutUdp('laptop')
  const [token] = await Promise.all([startNotebook(bed), startSite(bed), startPrograms(bed, programsFolder)])
  await connect(page, bed)

  await test.step('the form offers the Jupyter that runs there, and one press fills it in', async () => {
    await page.getByRole('button', { name: 'Other', exact: true }).click()
    const sheet = new TunnelSheet(page)
    await sheet.found('Jupyter on 127.0.0.1:8888').click()
    await expect(sheet.field('Name')).toHaveValue('Jupyter')
    await expect(sheet.field('Address on lab-a100')).toHaveValue('127.0.0.1:8888')
    await sheet.add()
  })

  await test.step('where no UDP passes: through the server, with the reason', async () => {
    await expect(home.row('Jupyter', 'ready')).toBeVisible({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Add tunnel' }).click()
    await page.getByRole('menuitem', { name: 'SSH', exact: true }).click()
    await expect(home.row('SSH', 'ready')).toBeVisible({ timeout: 30_000 })
    await tunnel.open('Jupyter')
    await expect(notDirect).toBeVisible({ timeout: 30_000 })
    await expect(tunnel.way).toContainText('gives no answer over UDP')
    await expect(page.getByText(/^Ready · through the server · /)).toBeVisible({ timeout: 30_000 })
    await shoot(app, 'tunnel-by-server')
  })

  await test.step('once it passes: directly, when asked to try', async () => {
    await bed.network.restoreUdp('laptop')
    const tryNow = tunnel.way.getByRole('button', { name: 'Try now' })
    await expect(tryNow).toBeEnabled({ timeout: 30_000 })
    await tryNow.click()
    await expect(direct).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText(/^Ready · direct · /)).toBeVisible({ timeout: 30_000 })
    await expect(tunnel.stops).toHaveCount(3)
    await shoot(app, 'tunnel-direct')
  })

  await test.step('a browser that uses the lab’s network opens a page of it by its name, directly', async () => {
    await home.open()
    const sheet = new TunnelSheet(page)
    await sheet.open(/SOCKS5/)
    await sheet.add()
    await tunnel.open('Lab network')
    await expect(direct).toBeVisible({ timeout: 60_000 })
    const option = await page.getByRole('button', { name: /^Copy --proxy-server=socks5:/ }).innerText()
    const before = await bed.network.udpBytes()
    expect(await fetchedByBrowser(option, `${site}/big`)).toBe(partBytes)
    expect((await bed.network.udpBytes()) - before).toBeGreaterThan(partBytes)
  })

  await test.step('a tunnel that is open to anyone becomes faster by its button', async () => {
    await tunnel.open('SSH')
    await page.getByRole('button', { name: 'Faster: only this laptop' }).click()
    await expect(direct).toBeVisible({ timeout: 60_000 })
  })

  const port = Number(
    /-p (\d+)/.exec(
      await page
        .getByText(/^ssh -p \d+/)
        .first()
        .innerText(),
    )?.[1],
  )
  await using copy = new CopyBySsh(bed, port)
  await tunnel.open('Jupyter')
  await expect(direct).toBeVisible()
  const address = await page
    .getByText(/^http:\/\/(127\.0\.0\.1|localhost):\d+$/)
    .first()
    .innerText()
  const notebook = await page.context().newPage()
  const cell = await RunningCell.start(notebook, `${address}/notebooks/${notebookFile}?token=${token}`)
  await page.bringToFront()

  await test.step('both run directly', async () => {
    const before = await bed.network.udpBytes()
    await expect.poll(() => bed.network.udpBytes(), { timeout: 60_000 }).toBeGreaterThan(before + partBytes)
    expect(await bed.lab.exec('npc status -conf_path=/root/npc')).toMatch(/comes directly, \d+ ms/)
  })

  await test.step('UDP is cut: both go on through the server', async () => {
    await bed.network.cutUdp('laptop')
    await expect(notDirect).toBeVisible({ timeout: 30_000 })
    await expect(tunnel.stops).toHaveCount(5)
    await copy.grows(partBytes)
  })

  await test.step('UDP passes again: both go directly again', async () => {
    const before = await bed.network.udpBytes()
    await bed.network.restoreUdp('laptop')
    await expect(direct).toBeVisible({ timeout: 60_000 })
    await expect.poll(() => bed.network.udpBytes(), { timeout: 60_000 }).toBeGreaterThan(before + partBytes)
  })

  await test.step('and cut again: both come to their end through the server, and nothing is missing', async () => {
    await bed.network.cutUdp('laptop')
    await expect(notDirect).toBeVisible({ timeout: 30_000 })
    await copy.grows(partBytes)
    await bed.lab.exec(`touch ${enough}`)
    const lines = await cell.lines()
    expect(lines.at(-1)).toBe(`counted to ${lines.length - 1}`)
    expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).map((_, at) => String(at + 1)))
    expect(cell.endedConnections).toBe(0)
    const sent = await bed.lab.exec('sha256sum /home/researcher/sent')
    expect(await copy.sha256()).toBe(sent.split(' ')[0])
  })
})

/** What a person does who has `nps` and npc running already. */
async function startPrograms({ cloud, lab, network }: Bed, folder: string): Promise<void> {
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
  await Promise.all([
    copyFile(join(folder, `nps-linux-${arch}`), join(cloud.disk.root, 'usr/local/bin/nps')),
    copyFile(join(folder, `npc-linux-${arch}`), join(lab.disk.root, 'usr/local/bin/npc')),
    mkdir(join(cloud.disk.root, 'root/nps/conf'), { recursive: true }),
  ])
  const conf = 'bridge_ip=0.0.0.0\nbridge_port=8024\nweb_port=\nallow_ports=7000-7010\n'
  await writeFile(join(cloud.disk.root, 'root/nps/conf/nps.conf'), conf)
  await cloud.exec('systemd-run --quiet --unit=nps nps -conf_path=/root/nps')
  const add = `nps client add -name=lab-a100 -vkey=${vkey} -conf_path=/root/nps`
  await cloud.exec(`until ${add}; do sleep 0.1; done`)
  const server = `-server=${network.address('cloud')}:8024`
  await lab.exec(`systemd-run --quiet --unit=npc npc ${server} -vkey=${vkey} -conf_path=/root/npc`)
}

/** A web server of the lab's network, whose name this computer does not know. */
const site = 'http://lab:8090'

async function startSite({ lab }: Bed): Promise<void> {
  await lab.exec(
    `mkdir /srv/site && head -c ${partBytes} /dev/urandom > /srv/site/big && touch /srv/site/index.html`,
  )
  await lab.exec('systemd-run --quiet --unit=site python3 -m http.server --directory /srv/site 8090')
}

/** How many bytes a page there gets from the address, in a Chromium that is started with this option. */
async function fetchedByBrowser(option: string, address: string): Promise<number> {
  const browser = await startChromium({ more: [option] })
  try {
    const page = await browser.newPage()
    await page.goto(new URL('/', address).href)
    return await page.evaluate(async (url) => (await (await fetch(url)).arrayBuffer()).byteLength, address)
  } finally {
    await browser.close()
  }
}

async function startNotebook({ lab }: Bed): Promise<string> {
  await lab.exec(`runuser -u researcher -- tee /home/researcher/${notebookFile}`, {
    input: countingNotebookText(),
  })
  return await startJupyter(lab)
}

async function connect(page: Page, { cloud }: Bed): Promise<void> {
  const line = await cloud.exec(`nps connect -host=${cloud.address} -conf_path=/root/nps`)
  await new WelcomePage(page).connectToRunning()
  await page.getByLabel('Paste what it prints').fill(/nps-desktop:\S+/.exec(line)?.[0] ?? line)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('heading', { name: 'Connected.' }).waitFor()
  // Home turns to the welcome page as long as the page has not heard of the server.
  await page.evaluate(() => (location.hash = '#/activity'))
  await page
    .getByRole('link', { name: /lab-a100/ })
    .first()
    .waitFor()
  await page.getByRole('link', { name: 'Home' }).click()
  await page.getByRole('region', { name: 'lab-a100' }).waitFor()
}
