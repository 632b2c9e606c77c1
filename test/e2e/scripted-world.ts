import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { serveScenarios } from '../../renderer/scenarios/serve-world.ts'
import { startChromium } from '../harness/chromium.ts'
import { actionTimeoutMs } from './app/running-app.ts'
import { usualSize } from './app/usual-size.ts'
import { test as base } from './app-fixture.ts'

const pages = join(import.meta.dirname, '../../renderer/dist')

/** The built pages over a scripted world, for what a server on this computer does not have. */
export const test = base.extend<{ open: (scenario: string, path: string, locale?: string) => Promise<Page> }>(
  {
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter's braces
    open: async ({}, use) => {
      const server = await serveScenarios(pages, 0)
      try {
        const browser = await startChromium()
        try {
          await use(async (scenario, path, locale = 'en-US') => {
            const context = await browser.newContext({ viewport: usualSize, locale })
            context.setDefaultTimeout(actionTimeoutMs)
            const page = await context.newPage()
            await page.goto(server.url(scenario, path))
            return page
          })
        } finally {
          await browser.close()
        }
      } finally {
        await server.close()
      }
    },
  },
)
