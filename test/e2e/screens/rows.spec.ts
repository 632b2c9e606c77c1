import type { Page } from '@playwright/test'
import { expect } from '../app-fixture.ts'
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

async function wordsOfRows(page: Page): Promise<{ text: string | null; isCut: boolean }[]> {
  const words = page.locator('[data-tunnel-row] .name :is(b, p)')
  await expect(words.first()).toBeVisible()
  return words.evaluateAll((all) =>
    all.map((one) => ({ text: one.textContent, isCut: one.scrollWidth > one.clientWidth })),
  )
}
