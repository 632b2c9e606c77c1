import { shots } from '../../../renderer/scenarios/shots/shots.ts'
import { expect } from '../app-fixture.ts'
import { barriersOn, scrollsSideways } from '../page-faults.ts'
import { test } from '../scripted-world.ts'

test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

/** Screens that need more than the trial, with their sheets, dialogs and lists open: pictures, or all whose names begin so where a `*` ends it. */
const groups = {
  'the terminal': ['terminal*'],
  files: ['files-drop*', 'files-denied*', 'files-many*', 'files-conflict*', 'files-look*'],
  'the form of a tunnel': [
    'add-tunnel',
    'add-tunnel-found',
    'add-tunnel-limits',
    'add-tunnel-range',
    'add-tunnel-taken',
    'tunnel-edit',
  ],
  'a tunnel, its limits, guests and path test': [
    'tunnel-limited*',
    'tunnel-guest*',
    'tunnel-direct-tested*',
    'tunnel-network-anyone*',
  ],
  'what runs on a lab box, and starting it': [
    'lab-found',
    'lab-found-moved',
    'lab-start-form',
    'lab-start-progress',
    'lab-start-failed',
  ],
  'the card of a lab box': ['lab-processes', 'lab-end-process', 'lab-driver', 'lab-unseen', 'lab-limited'],
  'a server and its figures': ['server-well', 'server-plan', 'server-updating'],
  'settings and sign-in': [
    'settings-import',
    'settings-export',
    'settings-webhook-refused',
    'sign-in-code',
    'search',
    'lab-open-in-asks',
  ],
}
const narrowInChinese = '.zh-CN.narrow'

for (const [group, names] of Object.entries(groups))
  test(`${group}: nothing for axe to find in Chinese, dark and narrow, and nothing to scroll sideways for`, async ({
    open,
  }) => {
    test.setTimeout(180_000)
    const seen = names.flatMap((wanted) => {
      const those = shots.filter(({ name }) => isPicture(name, wanted))
      expect(those.length, wanted).toBeGreaterThan(0)
      return those
    })
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

function isPicture(name: string, wanted: string): boolean {
  const [first = '', end] = wanted.split('*')
  return end === undefined
    ? name === `${first}${narrowInChinese}`
    : name.startsWith(first) && name.endsWith(narrowInChinese)
}
