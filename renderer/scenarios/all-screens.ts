import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { serveScenarios } from './serve-world.ts'
import { shots } from './shots/shots.ts'
import type { Shot } from './shots/shot.ts'

/** Takes a picture of every screen in each of its states, with what axe finds in it. Exits with 1 when axe finds anything. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    dist: { type: 'string', default: join(import.meta.dirname, '../dist') },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
})
const folder = positionals[0] ?? join(import.meta.dirname, '../../test-results/screens')
await mkdir(folder, { recursive: true })

const server = await serveScenarios(values.dist, 0)
const browser = await chromium.launch({ executablePath: values.browser, args: ['--no-sandbox'] })
let problems = 0
try {
  for (const shot of shots.filter(({ name }) => name.includes(values.only))) problems += await take(shot)
} finally {
  await browser.close()
  await server.close()
}
process.exit(problems > 0 ? 1 : 0)

async function take(shot: Shot): Promise<number> {
  const context = await browser.newContext({
    viewport: { width: shot.width ?? 1440, height: shot.height ?? 900 },
    colorScheme: shot.dark ? 'dark' : 'light',
    locale: shot.chinese ? 'zh-CN' : 'en-US',
    reducedMotion: 'reduce',
  })
  try {
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
    })
    await page.goto(server.url(shot.scenario, shot.path))
    await page.locator('main').waitFor()
    if (shot.ready) await page.locator(shot.ready).first().waitFor()
    await shot.act?.(page)
    await page.evaluate(() => document.fonts.ready)
    await settled(page)
    await page.screenshot({ path: join(folder, `${shot.name}.png`) })
    // What floats is mounted at the end of the body, outside every landmark, on purpose.
    const floating = await page.locator('[data-reka-popper-content-wrapper]').count()
    const found = await new AxeBuilder({ page }).disableRules(floating > 0 ? ['region'] : []).analyze()
    for (const violation of found.violations) {
      errors.push(
        `axe ${violation.id}: ${violation.help} (${violation.nodes
          .map(({ target }) => target.join(' '))
          .slice(0, 4)
          .join('; ')})`,
      )
    }
    console.log(`${errors.length === 0 ? 'ok  ' : 'FAIL'} ${shot.name}`)
    for (const error of errors) console.log(`     ${error}`)
    return errors.length
  } finally {
    await context.close()
  }
}

/** Two frames: by then the latest change is drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}
