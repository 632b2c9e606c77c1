import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import type { Program } from '../../harness/programs/program.ts'
import { startChromium } from '../../harness/chromium.ts'
import { actionTimeoutMs } from '../app/running-app.ts'
import { expect, test as base } from '../app-fixture.ts'
import { consolePassword, NpsWithConsole } from '../nps-with-console.ts'

/** A relay of its own, and its web console in a browser, signed in. */
interface SignedIn {
  readonly relay: Program
  readonly page: Page
  readonly webPort: number
}

const test = base.extend<{ signedIn: SignedIn }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter's braces
  signedIn: async ({}, use) => {
    await using nps = await NpsWithConsole.start()
    const { relay, webPort } = nps
    const browser = await startChromium()
    try {
      const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
      page.setDefaultTimeout(actionTimeoutMs)
      await page.goto(`http://127.0.0.1:${webPort}/`)
      await page.getByLabel('User').fill('admin')
      await page.getByLabel('Password', { exact: true }).fill(consolePassword)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByRole('button', { name: 'Add a lab box' })).toBeVisible()
      await use({ relay, page, webPort })
    } finally {
      await browser.close()
    }
  },
})

test.skip(({ host }) => host === 'electron', 'the web console is a page of the server')

test('a page behind another port of the server is brought nothing that opens the console', async ({
  signedIn: { page, webPort },
}) => {
  const brought: IncomingHttpHeaders[] = []
  const lab = createServer(({ headers }, response) => {
    brought.push(headers)
    response.setHeader('content-type', 'text/html')
    response.end(`<script>
      const console = 'http://127.0.0.1:${webPort}'
      const ask = (path, options) => fetch(console + path, options).then((answer) => answer.status, () => 'refused')
      Promise.all([
        ask('/session', { credentials: 'include' }),
        ask('/ticket', { method: 'POST', credentials: 'include' }),
        ask('/api/clients/list', { method: 'POST', credentials: 'include', headers: { 'x-nps-session': 'x' } }),
        Promise.resolve(document.cookie + sessionStorage.length + localStorage.length),
      ]).then((found) => (document.title = found.join(' ')))
    </script>`)
  })
  lab.listen(0, '127.0.0.1')
  await once(lab, 'listening')
  try {
    const { port } = lab.address() as AddressInfo
    const other = await page.context().newPage()
    await other.goto(`http://127.0.0.1:${port}/`)
    await expect(other).toHaveTitle('refused refused refused 00')
    expect(brought.length).toBeGreaterThan(0)
    expect(brought.filter((headers) => headers.cookie !== undefined || headers['x-nps-session'])).toEqual([])
    expect(await page.context().cookies()).toEqual([])
  } finally {
    lab.close()
  }
})

test('a reload stays signed in; the command with its key takes the password once more', async ({
  signedIn: { page, relay },
}) => {
  await page.reload()
  await page.getByRole('button', { name: 'Add a lab box' }).click()
  await page.getByLabel('Name').fill('gpu')
  await page.keyboard.press('Enter')
  const lab = page.getByRole('region', { name: 'gpu' })
  await expect(lab.getByText(/^curl -fsSL/)).toBeVisible()
  await expect(lab.getByText(/^This server has no npc to hand out yet\./)).toBeVisible()
  await expect(page.getByText('-vkey=')).toHaveCount(0)
  await lab.getByLabel('Password', { exact: true }).fill('wrong')
  await page.keyboard.press('Enter')
  await expect(lab.getByText('User or password is wrong.')).toBeVisible()
  await lab.getByLabel('Password', { exact: true }).fill(consolePassword)
  await page.keyboard.press('Enter')
  await expect(
    lab.getByText(/^npc -server=127\.0\.0\.1:\d+ -vkey=\w{32} -type=tcp -fingerprint=sha256:/),
  ).toBeVisible()
  await relay.says(/the key of a client was shown in the console/)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('a lab box is limited in the console, what it uses is shown beside, and what is over the limit is refused', async ({
  signedIn: { page },
}) => {
  await page.getByRole('button', { name: 'Add a lab box' }).click()
  await page.getByLabel('Name').fill('gpu')
  await page.keyboard.press('Enter')
  const lab = page.getByRole('region', { name: 'gpu' })
  const dialog = page.getByRole('dialog')
  const openLimits = async () => {
    await lab.getByRole('button', { name: 'More' }).first().click()
    await page.getByRole('menuitem', { name: 'Limits of the lab box' }).click()
  }
  await openLimits()
  await expect(dialog).toContainText('No limits.')
  await dialog.getByLabel('Tunnels', { exact: true }).fill('one')
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
  await dialog.getByLabel('Tunnels', { exact: true }).fill('1')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()

  const add = async (name: string) => {
    await lab.getByRole('button', { name: 'Add tunnel' }).first().click()
    await dialog.getByLabel('Name', { exact: true }).fill(name)
    await dialog.getByLabel('Address on the lab box').fill('127.0.0.1:8888')
    await dialog.getByLabel('Name', { exact: true }).press('Enter')
  }
  await add('notebook')
  await expect(dialog).toBeHidden()
  await add('another')
  await expect(dialog).toContainText('There is no room for more.')
  await page.keyboard.press('Escape')
  await openLimits()
  await expect(dialog).toContainText('1 of 1 tunnels')
  await page.keyboard.press('Escape')

  await lab.getByRole('button', { name: 'More' }).last().click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await dialog.getByRole('button', { name: /^Limits/ }).click()
  await dialog.getByLabel('Month’s quota').fill('2')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await lab.getByRole('button', { name: 'More' }).last().click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await expect(dialog).toContainText('0 B of 2.00 GB this month')
})
