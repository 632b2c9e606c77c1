import type { Notice } from '@nps-desktop/electron/contract'
import { defaultSettings } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent } from 'vue'
import { feedOf, mountPage } from '../testing/mount-page.ts'
import { useNotices } from './use-notices.ts'

/** What the page has asked its browser to show. */
class ShownNotification extends EventTarget {
  static permission: NotificationPermission = 'granted'
  static readonly all: ShownNotification[] = []
  isClosed = false
  readonly title: string
  readonly options: NotificationOptions

  constructor(title: string, options: NotificationOptions) {
    super()
    this.title = title
    this.options = options
    ShownNotification.all.push(this)
  }
  close(): void {
    this.isClosed = true
  }
}

beforeEach(() => {
  ShownNotification.permission = 'granted'
  ShownNotification.all.splice(0)
  vi.stubGlobal('Notification', ShownNotification)
  vi.spyOn(document, 'hasFocus').mockReturnValue(true)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const notice: Notice = {
  id: 1,
  cause: 'alert a1',
  atMs: Date.now(),
  page: { name: 'lab', labId: 'l1' },
  events: [
    {
      code: 'process-ended',
      process: 'train.py',
      lab: 'a100',
      exitCode: 0,
      ranMs: 7_200_000,
      freeGpus: [2],
    },
  ],
}

async function pageWith({ desktop = false, language = 'en' as const } = {}) {
  const looks: { page: unknown; signal: AbortSignal | undefined }[] = []
  const page = await mountPage(defineComponent({ setup: () => (useNotices(), {}), template: '<i />' }), {
    answers: {
      app: {
        settings: { watch: feedOf({ ...defaultSettings, language }) },
        capabilities: async () => ({ version: '1.0.0', desktop }),
      },
      notices: {
        watch: feedOf(notice),
        lookAt: async ({ page: shown }: { page: unknown }, options?: { signal?: AbortSignal }) => {
          looks.push({ page: shown, signal: options?.signal })
          return (async function* () {
            yield {}
            await new Promise((resolve) => options?.signal?.addEventListener('abort', resolve))
          })()
        },
      },
    },
  })
  await flushPromises()
  return { page, looks, router: page.vm.$router }
}

test('in a browser that allows it what is to be told is shown, and a click on it leads to its page', async () => {
  const { page, router } = await pageWith()
  await using _ = page
  const [shown] = ShownNotification.all
  expect(ShownNotification.all).toHaveLength(1)
  expect(shown?.title).toContain('train.py')
  expect(shown?.options).toMatchObject({ tag: 'alert a1', body: expect.stringContaining('2 h') })
  shown?.dispatchEvent(new Event('click'))
  await vi.waitFor(() =>
    expect(router.currentRoute.value).toMatchObject({ name: 'lab', params: { labId: 'l1' } }),
  )
  expect(shown?.isClosed).toBe(true)
})

test.each([
  ['the browser was not asked yet', 'default', false],
  ['the person does not want it', 'denied', false],
  ['the desktop app shows it by the system', 'granted', true],
] as const)('nothing is shown by the page where %s', async (_why, permission, desktop) => {
  ShownNotification.permission = permission
  const { page } = await pageWith({ desktop })
  await using _ = page
  expect(ShownNotification.all).toEqual([])
})

test('the backend knows which page is in front, and that none is while the window is not', async () => {
  const { page, looks, router } = await pageWith()
  await using _ = page
  const front = (): unknown => looks.findLast(({ signal }) => !signal?.aborted)?.page ?? null
  const now = () => looks.filter(({ signal }) => !signal?.aborted)
  expect(front()).toEqual({ name: 'home' })
  await router.push({ name: 'tunnel', params: { tunnelId: 't1' } })
  await flushPromises()
  expect(front()).toEqual({ name: 'tunnel', tunnelId: 't1' })
  expect(now()).toHaveLength(1)
  await router.push({ name: 'activity' })
  await flushPromises()
  expect(now()).toEqual([])
  await router.push({ name: 'server', params: { serverId: 's1' } })
  await flushPromises()
  expect(front()).toEqual({ name: 'server', serverId: 's1' })

  vi.mocked(document.hasFocus).mockReturnValue(false)
  window.dispatchEvent(new Event('blur'))
  expect(now()).toEqual([])
  vi.mocked(document.hasFocus).mockReturnValue(true)
  window.dispatchEvent(new Event('focus'))
  await flushPromises()
  expect(front()).toEqual({ name: 'server', serverId: 's1' })
})
