import type { Page } from '@playwright/test'
import { expect } from '../app-fixture.ts'
import { test } from '../scripted-world.ts'

test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

for (const [language, kind] of [
  ['en-US', 'SOCKS5'],
  ['zh-CN', 'SOCKS5'],
  ['en-US', 'HTTPS'],
] as const)
  test(`fields beside each other stand in one line, user and password together, ${language}, ${kind}`, async ({
    open,
  }) => {
    const page = await open('few', 'labs/l1', language)
    await page
      .locator(`html[lang^="${language.slice(0, 2)}"] [data-tunnel-row]`)
      .first()
      .waitFor()
    await page.locator('section .ghead .btn.quiet').first().click()
    await page.getByRole('menuitem').last().click()
    const sheet = page.locator('.sheet')
    await sheet.locator('.kind', { hasText: kind }).click()
    await sheet.locator('.pick input[value="anyone"]').check()
    for (const width of [900, 1600]) {
      await page.setViewportSize({ width, height: 900 })
      const short = await rowsOf(page)
      expect(short.at(1), `${width} px`).toHaveLength(2)
      for (const row of short) expect(new Set(row).size, `${width} px`).toBe(1)
      // as with a lab box of a long name
      await sheet
        .locator('.field-row label')
        .nth(1)
        .evaluate(
          (label) =>
            (label.textContent = 'a label that takes more than the one line of the others'.repeat(3)),
        )
      for (const row of await rowsOf(page)) expect(new Set(row).size, `${width} px`).toBe(1)
    }
  })

test('the way back of a wizard stands at the left, and what a form waits for is no column of single words', async ({
  open,
}) => {
  const wizard = await open('setup-lab', 'setup/s1')
  const back = wizard.locator('.foot > .btn')
  const needed = wizard.locator('.foot .on p')
  for (const width of [900, 1600]) {
    await wizard.setViewportSize({ width, height: 900 })
    const [left, right] = [await back.boundingBox(), await needed.boundingBox()]
    expect(left?.x, `${width} px`).toBeLessThan(right?.x ?? 0)
  }
  await wizard.context().close()

  const settings = await open('few', 'settings')
  await settings.locator('.webhooks .btn').first().click()
  await expect(settings.getByRole('dialog').locator('.buttons > p')).toHaveCSS('height', '16px')
})

/** Of each row of fields that is shown, how far down the box of each field begins. */
async function rowsOf(page: Page): Promise<number[][]> {
  return page
    .locator('.sheet .field-row:visible')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('.box')].map((box) => box.getBoundingClientRect().top)),
    )
}
