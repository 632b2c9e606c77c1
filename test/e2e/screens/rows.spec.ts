import type { Page } from '@playwright/test'
import { expect } from '../app-fixture.ts'
import { scrollsSideways } from '../page-faults.ts'
import { test } from '../scripted-world.ts'

test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

test('names of tunnels, and what is wrong with them, are not cut at the usual size, few or many', async ({
  open,
}) => {
  for (const [scenario, example] of [
    ['faulty', 'TensorBoard'],
    ['many', 'Broken at Lab box'],
  ] as const) {
    const told = await wordsOfRows(await open(scenario, ''))
    expect(told.map(({ text }) => text)).toContain(example)
    expect(told.filter(({ isCut }) => isCut)).toEqual([])
  }
})

/** Scenario, path, and what is there once it is drawn: the states of the screens with the longest words. */
const fullest = [
  ['many', '', '[data-tunnel-row]'],
  ['faulty', '', '[data-tunnel-row]'],
  ['moods', '', '[data-tunnel-row]'],
  ['few', 'tunnels/t8888', '.facts [role=combobox]'],
  ['limited', 'labs/l1', '[data-tunnel-row]'],
  ['proxies', '', '[data-tunnel-row]'],
  ['proxies', 'tunnels/t1080', '.ways'],
  ['lab-unseen', 'labs/l1', '.agent'],
  ['server-well', 'servers/s1', '.labs .row'],
  ['server-away', 'servers/s1', '.labs .row'],
  ['files', 'labs/l1/files?path=/home/goudan/project-x/runs/llama-ft', '[role=row]'],
  ['empty', 'connect', 'main form'],
] as const

for (const language of ['en-US', 'zh-CN'])
  test(`what the app says is read whole in windows of each usual width, ${language}`, async ({ open }) => {
    test.setTimeout(120_000)
    for (const [scenario, path, ready] of fullest) {
      const page = await open(scenario, path, language)
      await page
        .locator(`html[lang^="${language.slice(0, 2)}"] ${ready}`)
        .first()
        .waitFor()
      for (const width of [900, 1280, 1600]) {
        await page.setViewportSize({ width, height: 900 })
        await expect
          .poll(() => page.evaluate(wordsCut), { message: `${scenario}, ${path} at ${width} px` })
          .toEqual([])
        expect(await scrollsSideways(page), `${scenario}, ${path} at ${width} px`).toBe(false)
      }
      await page.context().close()
    }
  })

/** Words that leave a box which hides them, or the button around them. What is cut on purpose has all of it as its title. Runs in the page. */
function wordsCut(): string[] {
  const found: string[] = []
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement
    if (!element || element.closest('[title], .unseen, .skip, script, style')) continue
    range.selectNodeContents(node)
    const { left, right, width } = range.getBoundingClientRect()
    if (width === 0) continue
    for (let box: Element | null = element; box && box !== document.body; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box)
      // it can be scrolled to
      if (overflowX === 'auto' || overflowX === 'scroll') break
      const edge = box.getBoundingClientRect()
      const isOver = right > edge.right + 1 || left < edge.left - 1
      if (!isOver || (overflowX === 'visible' && box.tagName !== 'BUTTON')) continue
      found.push(node.textContent ?? '')
      break
    }
  }
  return found
}

async function wordsOfRows(page: Page): Promise<{ text: string | null; isCut: boolean }[]> {
  const words = page.locator('[data-tunnel-row] .name :is(b, p)')
  await expect(words.first()).toBeVisible()
  return words.evaluateAll((all) =>
    all.map((one) => ({ text: one.textContent, isCut: one.scrollWidth > one.clientWidth })),
  )
}
