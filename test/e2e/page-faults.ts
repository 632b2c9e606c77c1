import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** What axe finds on the page, each with where. */
export async function barriersOn(page: Page): Promise<string[]> {
  // what floats is mounted at the end of the body, outside every landmark, on purpose
  const floating = await page.locator('[data-reka-popper-content-wrapper]').count()
  // the legacy mode needs no second page, which a window cannot give
  const axe = new AxeBuilder({ page }).setLegacyMode().disableRules(floating > 0 ? ['region'] : [])
  const { violations } = await axe.analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`)
}

/** Whether the page beside the list of servers has to be scrolled sideways, once it is drawn at its size. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
    for (let box: Element | null = document.querySelector('main'); box; box = box.parentElement)
      if (box.scrollWidth > box.clientWidth + 1) return true
    return false
  })
}
