import { expect } from './app-fixture.ts'
import { test } from './scripted-world.ts'

test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

test('with many tunnels their names, and what is wrong with them, are not cut at the usual size', async ({
  open,
}) => {
  const page = await open('many', '')
  const words = page.locator('[data-tunnel-row] .name :is(b, p)')
  await expect(words.first()).toBeVisible()
  const told = await words.evaluateAll((all) =>
    all.map((one) => ({ text: one.textContent, isCut: one.scrollWidth > one.clientWidth })),
  )
  expect(told.map(({ text }) => text)).toContain('Broken at Lab box')
  expect(told.filter(({ isCut }) => isCut)).toEqual([])
})
