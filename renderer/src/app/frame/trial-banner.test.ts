import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { changingFeed, feedOf, mountPage } from '../../testing/mount-page.ts'
import { overviewWith, server } from '../../testing/pasted-lab.ts'
import TrialBanner from './TrialBanner.vue'

test('the samples speak the language of the page, “system” too, and follow when another one is chosen', async () => {
  using _language = vi.spyOn(navigator, 'language', 'get').mockReturnValue('zh-TW')
  const settings = changingFeed({ language: 'system', theme: 'system' })
  const spoken: unknown[] = []
  await using _ = await mountPage(TrialBanner, {
    answers: {
      app: { settings: { watch: settings.watch } },
      trial: { speak: async ({ language }: { language: string }) => spoken.push(language) },
    },
  })
  await flushPromises()
  expect(spoken).toEqual(['zh-CN'])
  settings.tell({ language: 'en', theme: 'system' })
  await flushPromises()
  expect(spoken).toEqual(['zh-CN', 'en'])
})

test('pages of a server of one’s own are not said to be of the trial', async () => {
  const samples = { ...server, id: 'trial', local: true }
  const overview = overviewWith({ servers: [samples, server], trial: true })
  await using page = await mountPage(TrialBanner, { answers: { overview: { watch: feedOf(overview) } } })
  await flushPromises()
  const isThere = async (path: string): Promise<boolean> => {
    await page.vm.$router.push(path)
    await flushPromises()
    return page.text().includes('The samples run on this laptop.')
  }
  for (const path of ['/', '/activity', '/servers/trial']) expect(await isThere(path)).toBe(true)
  for (const path of ['/servers/s1', '/labs/l1', '/tunnels/t1']) expect(await isThere(path)).toBe(false)
})
