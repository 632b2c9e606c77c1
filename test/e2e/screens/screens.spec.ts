import type { Page } from '@playwright/test'
import { type App, expect, test } from '../app-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { type ShownLanguage, type Theme, languages, SettingsPage, themes } from '../pages/settings-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { barriersOn } from '../page-faults.ts'
import { shoot } from '../screenshots.ts'

test.setTimeout(4 * 60_000)

const oneTheme: Record<ShownLanguage, readonly Theme[]> = { en: ['light'], 'zh-CN': ['dark'] }

/** Where each screen is, once the trial runs. The ids are read from Home's own links. */
async function screens(page: Page): Promise<Record<string, string>> {
  const hrefOf = async (name: RegExp) =>
    (await page.getByRole('link', { name }).first().getAttribute('href')) ?? ''
  const server = await hrefOf(/Sample server/)
  const lab = await hrefOf(/Sample lab box/)
  const tunnel = await page.locator('[data-tunnel]').nth(1).getAttribute('data-tunnel')
  return {
    home: '#/',
    tunnel: `#/tunnels/${tunnel}`,
    lab,
    server,
    activity: '#/activity',
    settings: '#/settings',
    wizard: '#/setup',
    connect: '#/connect',
    'add-lab': `${server}/add-lab`,
  }
}

test('every screen in both languages and both themes: nothing for axe to find, and a picture of each', async ({
  app,
}) => {
  const { page } = app
  const settings = new SettingsPage(page)
  await expect(new WelcomePage(page).heading).toBeVisible()
  await everyLook(app, async (look) => {
    await show(page, '#/welcome')
    await examine(app, `welcome.${look}`)
  })
  await settings.open()
  await settings.choose({ language: 'en', theme: 'light' })
  await show(page, '#/welcome')
  await new WelcomePage(page).tryItHere()
  await expect(new HomePage(page).sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
  const places = await screens(page)
  await everyLook(app, async (look) => {
    for (const [name, place] of Object.entries(places)) {
      await show(page, place)
      await examine(app, `${name}.${look}`)
    }
  })
})

test.describe('a page of any size', () => {
  test.skip(({ host }) => host === 'electron', 'a window has the size of its screen')

  test('home and wizard hold up in the smallest and in a large window', async ({ app }) => {
    const { page } = app
    await new WelcomePage(page).tryItHere()
    await expect(new HomePage(page).sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
    for (const [width, height] of [
      [900, 620],
      [1600, 1000],
    ] as const) {
      await page.setViewportSize({ width, height })
      for (const [name, place] of [
        ['home', '#/'],
        ['wizard', '#/setup'],
      ] as const) {
        await show(page, place)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow, `${name} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0)
        await shoot(app, `${name}.${width}x${height}`)
      }
    }
  })

  test('at 150 % in the smallest window nothing is cut and nothing scrolls sideways', async ({ app }) => {
    const { page } = app
    await new WelcomePage(page).tryItHere()
    await expect(new HomePage(page).sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
    const places = await screens(page)
    // what a window of 900 x 620 has left at 150 %
    await page.setViewportSize({ width: 600, height: 413 })
    for (const [name, place] of Object.entries(places)) {
      await show(page, place)
      expect(await page.evaluate(sidewaysOrCut), `${name} at 150 %`).toEqual([])
      await shoot(app, `${name}.zoom-150`)
    }
  })
})

/** What scrolls sideways, leaves the window, or has its words cut. Runs in the page. */
function sidewaysOrCut(): string[] {
  const found: string[] = []
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways')
  for (const element of document.querySelectorAll<HTMLElement>('main, main *, .foot *, .side *')) {
    const { width, height, right } = element.getBoundingClientRect()
    const { overflowX } = getComputedStyle(element)
    const isShown = width > 0 && height > 0 && element.closest('.unseen, .skip') === null
    // a field scrolls what is typed into it
    if (!isShown || element.matches('input, textarea')) continue
    const what = `${element.tagName.toLowerCase()} "${(element.textContent ?? '').trim().slice(0, 40)}"`
    if (right > innerWidth + 1) found.push(`${what} leaves the window`)
    else if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
      found.push(`${what} is cut`)
  }
  return found
}

/** On Windows one look of each language: colours do not depend on the system, and wine takes its time. */
async function everyLook(app: App, visit: (look: string) => Promise<void>): Promise<void> {
  const settings = new SettingsPage(app.page)
  for (const language of Object.keys(languages) as ShownLanguage[]) {
    for (const theme of app.windows === null ? themes : oneTheme[language]) {
      await settings.open()
      await settings.choose({ language, theme })
      await visit(`${language}.${theme}`)
    }
  }
}

/** Goes to a screen by its address and waits until it is drawn. */
async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), hash)
  await page.waitForURL((url) => url.hash === hash)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function examine(app: App, name: string): Promise<void> {
  await shoot(app, name)
  expect(await barriersOn(app.page), `axe on ${name}`).toEqual([])
}
