import { thisLabBoxOnly } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { computed, defineComponent, h } from 'vue'
import AppTabs from '../../../ui/AppTabs.vue'
import AllowTargetField from '../../../machines/AllowTargetField.vue'
import { mountPage } from '../../../testing/mount-page.ts'
import { lab, server } from '../../../testing/pasted-lab.ts'
import { provideWizard } from '../wizard/wizard.ts'
import LabPasteLine from './LabPasteLine.vue'

const InWizard = defineComponent(() => {
  provideWizard(
    computed(() => ({ title: '', subtitle: '', lines: [], current: 'lab' as const, kept: false })),
  )
  return () => h(LabPasteLine, { server, lab: { ...lab, allowTarget: null } })
})

test('while a line is made its choice is locked, and the line is gone once another is chosen', async () => {
  const kept: unknown[] = []
  const invited = Promise.withResolvers<{
    curl: string
    wget: string
    powershell: string | null
    expiresAtMs: number
  }>()
  await using page = await mountPage(InWizard, {
    answers: {
      labs: {
        edit: async ({ allowTarget }: { allowTarget: string | null }) => kept.push(allowTarget),
        invite: () => invited.promise,
      },
    },
  })
  await flushPromises()
  const choice = page.getComponent(AllowTargetField)
  expect(choice.props('disabled')).toBe(true)
  // a change that came all the same: the line is for what was chosen when it was asked for
  await choice.setValue(thisLabBoxOnly)
  invited.resolve({
    curl: 'curl unlimited',
    wget: 'wget unlimited',
    powershell: null,
    expiresAtMs: Date.now() + 60_000,
  })
  await flushPromises()
  expect(kept).toEqual([null])
  expect(page.text()).not.toContain('unlimited')
  expect(choice.props('disabled')).toBe(false)
  await choice.setValue(null)
  expect(page.text()).toContain('curl unlimited')
})

test('a lab box with Windows gets a line for PowerShell, and its server the program for Windows', async () => {
  const asked: unknown[] = []
  await using page = await mountPage(InWizard, {
    answers: {
      labs: {
        edit: async () => undefined,
        invite: async ({ platform }: { platform: string }) => {
          asked.push(platform)
          return {
            curl: 'curl it',
            wget: 'wget it',
            powershell: 'powershell it',
            expiresAtMs: Date.now() + 60_000,
          }
        },
      },
    },
  })
  await flushPromises()
  expect(page.text()).toContain('curl it')
  await page.getComponent(AppTabs).setValue('windows')
  // the line on the screen would be for another system
  expect(page.text()).not.toContain('curl it')
  await page.get('button.fill').trigger('click')
  await flushPromises()
  expect(asked).toEqual(['linux', 'windows'])
  expect(page.text()).toContain('powershell it')
  expect(page.text()).not.toContain('wget it')
})

test.each([
  ['en', 'Copy the line', 'valid for 1 h', 'This line is no longer valid.', 'New line'],
  ['zh-CN', '复制命令', '有效期还剩 1 小时', '这行命令已失效。', '重新生成'],
] as const)(
  'in %s copying the line is the main button, with how long it is valid',
  async (language, copyIt, valid, over, another) => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const line = { curl: 'curl it', wget: 'wget it', powershell: null, expiresAtMs: Date.now() + 3_600_000 }
    try {
      await using page = await mountPage(InWizard, {
        language,
        answers: { labs: { edit: async () => undefined, invite: async () => line } },
      })
      await flushPromises()
      expect(page.get('button.fill').text()).toBe(copyIt)
      expect(page.text()).toContain(valid)
      await page.get('button.fill').trigger('click')
      expect(copied.mock.lastCall).toEqual(['curl it'])
      vi.setSystemTime(line.expiresAtMs)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(page.text()).toContain(over)
      expect(page.get('button.fill').text()).toBe(another)
    } finally {
      vi.useRealTimers()
    }
  },
)
