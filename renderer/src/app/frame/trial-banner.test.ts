import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { changingFeed, mountPage } from '../../testing/mount-page.ts'
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
