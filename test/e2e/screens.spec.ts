import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { type App, expect, test } from './app-fixture.ts'
import { HomePage } from './pages/home-page.ts'
import { type Language, languages, SettingsPage, type Theme, themes } from './pages/settings-page.ts'
import { TunnelPage } from './pages/tunnel-page.ts'
import { WelcomePage } from './pages/welcome-page.ts'
import { shoot } from './screenshots.ts'

/**
 * Every screen that needs no machine, in both languages, light and dark: pictured, and without what axe finds.
 * The screens of a real setup are pictured by main-job.machine.spec.ts.
 */

test.skip(({ host }) => host !== 'headless', 'the window shows the same pages; axe wants a tab of its own')
test.setTimeout(300_000)

const usualSize = { width: 1280, height: 820 }
const sizes = { narrow: { width: 900, height: 620 }, wide: { width: 1600, height: 1000 } }

test('the first screens', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  await inEveryLook(app, async (look) => {
    await go(app.page, '/welcome')
    await check(app, `welcome-${look}`)
    await go(app.page, '/setup')
    await check(app, `wizard-${look}`)
    await go(app.page, '/connect')
    await check(app, `connect-${look}`)
  })
})

test('the screens of a running server', async ({ app }) => {
  const { page } = app
  await new WelcomePage(page).tryItHere()
  await expect(new HomePage(page).sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
  const links = await page
    .getByRole('navigation')
    .getByRole('link')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
  const server = links.find((href) => href.startsWith('#/servers/'))?.slice(1) ?? ''
  const lab = links.find((href) => href.startsWith('#/labs/'))?.slice(1) ?? ''
  await new TunnelPage(page).open('Sample notebook')
  await page.waitForURL(/#\/tunnels\//)
  const tunnel = new URL(page.url()).hash.slice(1)
  expect([server, lab, tunnel]).not.toContain('')
  const screens = { home: '/', tunnel, server, lab, activity: '/activity', settings: '/settings' }
  await inEveryLook(app, async (look) => {
    for (const [name, path] of Object.entries(screens)) {
      await go(page, path)
      await check(app, `${name}-${look}`)
    }
  })
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const [name, path] of Object.entries(screens)) {
      await go(page, path)
      await check(app, `${name}-${size}`)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow, `${name} at ${viewport.width} px scrolls sideways`).toBeLessThanOrEqual(0)
    }
  }
  await page.setViewportSize(usualSize)
})

async function inEveryLook(app: App, visit: (look: string) => Promise<void>): Promise<void> {
  const settings = new SettingsPage(app.page)
  for (const language of Object.keys(languages) as Language[])
    for (const theme of themes satisfies readonly Theme[]) {
      await settings.open()
      await settings.choose({ language, theme })
      await visit(`${language}-${theme}`)
    }
  await settings.open()
  await settings.choose({ language: 'en', theme: 'light' })
}

async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

async function check(app: App, name: string): Promise<void> {
  await app.page.getByRole('heading', { level: 1 }).waitFor()
  await shoot(app, name)
  const { violations } = await new AxeBuilder({ page: app.page }).analyze()
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  )
  expect(found, name).toEqual([])
}
