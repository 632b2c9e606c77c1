import { defaultSettings, type Settings } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { changingFeed, mountPage } from '../../testing/mount-page.ts'
import SettingsPage from './SettingsPage.vue'

afterEach(() => void vi.unstubAllGlobals())

/** The page over settings that are kept as the backend keeps them. */
async function settingsPage(first: Partial<Settings> = {}) {
  let kept: Settings = { ...defaultSettings, ...first }
  const feed = changingFeed(kept)
  const page = await mountPage(SettingsPage, {
    answers: {
      app: {
        settings: {
          watch: feed.watch,
          save: async (change: Partial<Settings>) => {
            kept = { ...kept, ...change }
            feed.tell(kept)
          },
        },
      },
    },
  })
  await flushPromises()
  const click = async (label: string): Promise<void> => {
    await page.get(`[aria-label="${label}"]`).trigger('click')
    await flushPromises()
  }
  return { page, click, kept: () => kept }
}

test('shells are kept until the person does not want it, and again by another click', async () => {
  const { page, click, kept } = await settingsPage()
  await using _ = page
  await click('Keep shells on the lab box')
  expect(kept().keepShells).toBe(false)
  await click('Keep shells on the lab box')
  expect(kept().keepShells).toBe(true)
})

test('quiet hours have times once they are on, and a time that is half typed changes none', async () => {
  const { page, click, kept } = await settingsPage()
  await using _ = page
  expect(page.findAll('input[type=time]')).toHaveLength(0)
  await click('Quiet hours')
  expect(kept().quietHours).toEqual({ isOn: true, fromMinute: 22 * 60, toMinute: 8 * 60 })
  const [from, to] = page.findAll<HTMLInputElement>('input[type=time]')
  expect([from?.element.value, to?.element.value]).toEqual(['22:00', '08:00'])
  await from?.setValue('23:30')
  await flushPromises()
  expect(kept().quietHours.fromMinute).toBe(23 * 60 + 30)
  await to?.setValue('')
  await flushPromises()
  expect(kept().quietHours).toEqual({ isOn: true, fromMinute: 23 * 60 + 30, toMinute: 8 * 60 })
})

test('a browser is asked to allow notifications by a button, once', async () => {
  const answer = Promise.withResolvers<NotificationPermission>()
  vi.stubGlobal('Notification', { permission: 'default', requestPermission: () => answer.promise })
  const { page } = await settingsPage()
  await using _ = page
  const allow = () => page.findAll('button').find((button) => button.text() === 'Allow')
  await allow()?.trigger('click')
  answer.resolve('granted')
  await flushPromises()
  expect(allow()).toBeUndefined()
})
