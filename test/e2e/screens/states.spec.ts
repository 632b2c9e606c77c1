import { shots } from '../../../renderer/scenarios/shots/shots.ts'
import { expect } from '../app-fixture.ts'
import { barriersOn, scrollsSideways } from '../page-faults.ts'
import { test } from '../scripted-world.ts'

test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

/** Screens that need more than the trial, with their sheets, dialogs and lists open, by the beginnings of their pictures' names. */
const groups = {
  'the terminal': /^terminal/,
  files: /^files-(drop|denied|many|conflict|look)/,
  'the form of a tunnel': /^(add-tunnel(-found|-limits|-range|-taken)?|tunnel-edit)\./,
  'a tunnel, its limits, guests and path test': /^tunnel-(limited|guest|direct-tested|network-anyone)/,
  'what runs on a lab box, and starting it':
    /^lab-(found|found-moved|start-form|start-progress|start-failed)\./,
  'the card of a lab box': /^lab-(processes|end-process|driver|unread|limited)\./,
  'a server and its figures': /^server-(well|plan|updating)\./,
  'settings and sign-in':
    /^(settings-(import|export|webhook-refused)|sign-in-code|search|lab-open-in-asks)\./,
}
const narrowInChinese = '.zh-CN.narrow'

for (const [group, names] of Object.entries(groups))
  test(`${group}: nothing for axe to find in Chinese, dark and narrow, and nothing to scroll sideways for`, async ({
    open,
  }) => {
    test.setTimeout(180_000)
    const seen = shots.filter(({ name }) => name.endsWith(narrowInChinese) && names.test(name))
    expect(seen.length).toBeGreaterThan(2)
    const found: string[] = []
    for (const { name, scenario, path = '', ready = 'main', act, width = 900, height = 620 } of seen) {
      const page = await open(scenario, path, 'zh-CN')
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height })
      await page.locator(ready).first().waitFor()
      await act?.(page)
      const note = (what: string): void => void found.push(`${name}: ${what}`)
      for (const barrier of await barriersOn(page)) note(barrier)
      for (const wide of [width, 1600]) {
        await page.setViewportSize({ width: wide, height })
        if (await scrollsSideways(page)) note(`scrolls sideways at ${wide} px`)
      }
      await page.context().close()
    }
    expect(found).toEqual([])
  })
