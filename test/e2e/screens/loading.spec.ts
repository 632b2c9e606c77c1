import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page, Route } from '@playwright/test'
import { expect, test } from '../app-fixture.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test.skip(({ host }) => host === 'electron', 'the window loads its page from its own disk')

/** Drops requests for such a file, as a change of the network does: the first so many of them, or until `end`. */
class Drops {
  count = 0
  #max: number

  private constructor(max: number) {
    this.#max = max
  }

  static async begin(page: Page, file: RegExp, max = Infinity): Promise<Drops> {
    const drops = new Drops(max)
    await page.route(file, async (route) => {
      if (drops.count >= drops.#max) return route.fallback()
      drops.count += 1
      await route.abort('internetdisconnected')
    })
    return drops
  }

  end(): void {
    this.#max = 0
  }
}

const program = /assets\/desktop-[\w-]+\.js/

test('a page whose program is dropped on its way loads itself again', async ({ app: { page } }) => {
  const drops = await Drops.begin(page, program, 1)
  await page.reload()
  await expect(new WelcomePage(page).heading).toBeVisible()
  expect(drops.count).toBe(1)
})

test('one that is dropped each time says how to go on, in both languages', async ({ app: { page } }) => {
  const drops = await Drops.begin(page, program)
  await page.reload()
  await expect(page.getByText('This page did not load. Load it again: F5')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('页面没有加载成功')).toBeVisible()
  expect(drops.count).toBeGreaterThan(1)
})

test('a page whose own part is dropped says so, and comes by one click', async ({ app: { page } }) => {
  const drops = await Drops.begin(page, /assets\/WelcomePage-[\w-]+\.js/)
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('This page did not load.')
  drops.end()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(new WelcomePage(page).heading).toBeVisible()
})

test('a page whose style is dropped each time is loaded again a few times only', async ({
  app: { page },
}) => {
  const style = /assets\/desktop-[\w-]+\.css/
  const drops = await Drops.begin(page, style)
  // The page learns of it before its program is there.
  const held: Route[] = []
  await page.route(program, (route) => void held.push(route))
  page.on('requestfailed', (request) => {
    if (style.test(request.url())) for (const route of held.splice(0)) void route.fallback()
  })
  await page.reload()
  const loadsAgain = () => page.waitForRequest(style, { timeout: 8_000 }).catch(() => undefined)
  while (drops.count < 10 && (await loadsAgain()));
  expect(drops.count).toBe(4)
  await expect(new WelcomePage(page).heading).toBeVisible()
})

test('a drop that the page hears of before its body is there counts too', async ({ app: { page } }) => {
  const script = readFileSync(join(import.meta.dirname, '../../../renderer/public/load-again.js'))
  let loads = 0
  let sendBody = (): void => undefined
  const server = createServer(({ url }, answer) => {
    if (url === '/load-again.js') answer.end(script)
    else if (url === '/style.css') answer.destroy()
    else if (url === '/favicon.ico') answer.writeHead(404).end()
    else if (url === '/heard') {
      answer.end()
      sendBody()
    } else {
      loads += 1
      answer.write(`<!doctype html><script src="/load-again.js"></script>
        <script>addEventListener('error', () => void fetch('/heard'), true)</script>
        <link rel="stylesheet" href="/style.css">`)
      sendBody = () => void answer.end('<div class="not-loaded">not loaded</div>')
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = server.address() as AddressInfo
    await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: 'commit' })
    await expect.poll(() => loads).toBe(4)
    await expect(page.getByText('not loaded')).toBeVisible()
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
