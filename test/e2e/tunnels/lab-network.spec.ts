import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { AppAndRelay } from '../../../electron/testing/app-and-relay.ts'
import { type App, expect, test } from '../app-fixture.ts'
import { barriersOn } from '../page-faults.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { TunnelSheet } from '../pages/tunnel-sheet.ts'

test.skip(({ host }) => host === 'electron', 'nothing of the window')

const curlTimeoutMs = 10_000

test('the lab’s network for this laptop alone is added by keys, and used by the line that its page shows; opened to anyone it asks for its password', async ({
  app,
}) => {
  await using web = await startWeb()
  const bed = await AppAndRelay.start()
  try {
    await knowsLab(app, bed)
    const { page } = app
    const tunnel = new TunnelPage(page)
    const port = await freePort()
    const line = page.getByRole('button', { name: /^Copy curl/ })

    await test.step('the form, by keys alone', async () => {
      await page
        .getByRole('link', { name: /lab-a100/ })
        .first()
        .click()
      await expect(page.getByRole('heading', { level: 1, name: 'lab-a100' })).toBeVisible()
      await page.keyboard.press('Control+n')
      await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
      await page.keyboard.press('Shift+Tab')
      await expect(page.getByRole('radio', { name: /TCP/ })).toBeFocused()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await expect(page.getByRole('radio', { name: /SOCKS5/ })).toBeChecked()
      await page.keyboard.press('Tab')
      await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
      await page.keyboard.press('Tab')
      await page.keyboard.type(String(port))
      await expect(new TunnelSheet(page).result).toHaveText(`socks5://127.0.0.1:${port}`)
      await page.keyboard.press('Enter')
      await expect(page.getByRole('dialog')).toHaveCount(0)
    })

    await test.step('its page says the address and how to use it, and curl fetches a page of the lab by its line', async () => {
      await tunnel.open('Lab network')
      await expect(page.getByRole('button', { name: 'Copy address' })).toBeVisible()
      await expect(page.getByText(`SOCKS Host 127.0.0.1, Port ${port}, SOCKS v5`)).toBeVisible()
      await expect(page.getByText(/^Ready/)).toBeVisible()
      expect(await fetched(await line.innerText(), web.url)).toEqual({ page: 'the lab’s own page' })
      expect(await barriersOn(page)).toEqual([])
    })

    await test.step('opened to anyone, it asks for the password that is under Settings', async () => {
      await tunnel.letAnyoneIn()
      await expect(page.getByText('have no sign-in for SOCKS5')).toBeVisible()
      const shown = await line.innerText()
      expect(shown).toContain(' -U lab ')
      const password = await page.getByRole('button', { name: 'the password of lab' }).getAttribute('title')
      const signedIn = shown.replace('-U lab', `-U lab:${password?.replace('Copy ', '')}`)
      expect(await fetched(signedIn, web.url)).toEqual({ page: 'the lab’s own page' })
      expect(await fetched(shown.replace('-U lab', '-U lab:guessed'), web.url)).toEqual({ exitCode: 97 })
    })

    await test.step('and is for this laptop alone again', async () => {
      await tunnel.letOnlyThisLaptopIn()
      await expect(page.getByText(/^Ready/)).toBeVisible()
      await expect(line).not.toContainText('-U')
      expect(await fetched(await line.innerText(), web.url)).toEqual({ page: 'the lab’s own page' })
    })
  } finally {
    await bed.close()
  }
})

/** The app starts again with a server and an online lab box, as if a person had added them. */
async function knowsLab(app: App, bed: AppAndRelay): Promise<void> {
  const serverId = await bed.connectApp()
  await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  const { labId } = await bed.app.labs.add({ serverId, name: 'lab-a100', address: null })
  await bed.startAgent(await bed.vkeyOf(labId))
  await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
  await bed.backend.close()
  await app.close()
  // none of the first start's own files may be left beside them
  await rm(app.dataFolder, { recursive: true, maxRetries: 10, retryDelay: 200 })
  await cp(join(bed.folder, 'app'), app.dataFolder, { recursive: true })
  await app.start()
}

/** What curl prints, or how it ends; `line` as the page shows it, for `url` in place of its example. */
async function fetched(line: string, url: string): Promise<{ page: string } | { exitCode: unknown }> {
  const [curl = '', ...words] = line.trim().split(' ')
  const { PATH } = process.env
  return new Promise((resolve) => {
    execFile(
      curl,
      ['--silent', ...words.slice(0, -1), url],
      // without the proxies of whoever runs this
      { env: { PATH }, timeout: curlTimeoutMs },
      (error, stdout) => resolve(error ? { exitCode: error.code } : { page: stdout }),
    )
  })
}

/** A page that the lab box reaches. */
async function startWeb(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => response.end('the lab’s own page'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
