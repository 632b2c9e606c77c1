import { expect, test } from 'vitest'
import { computed, defineComponent, h } from 'vue'
import type { Language } from '../../../locales/index.ts'
import { mountPage } from '../../../testing/mount-page.ts'
import { bareServer as server } from '../../../testing/pasted-lab.ts'
import { provideWizard } from '../wizard/wizard.ts'
import LabFromLaptop from './LabFromLaptop.vue'

const InWizard = defineComponent(() => {
  provideWizard(
    computed(() => ({ title: 'lab', subtitle: '', lines: [], current: 'lab' as const, kept: false })),
  )
  return () => h(LabFromLaptop, { server, lab: null })
})

async function withAddress(line: string, language: Language = 'en') {
  const page = await mountPage(InWizard, {
    language,
    answers: {
      hostKeys: {
        inspect: async (input: { host: string; port: number }) => ({
          ...input,
          algorithm: 'ssh-ed25519',
          fingerprint: 'SHA256:x',
          state: 'known',
          pinned: 'SHA256:x',
        }),
      },
    },
  })
  const host = page.get('form input')
  // also fires `change`, as when a person leaves the field
  await host.setValue(line)
  return page
}
const valuesIn = (page: Awaited<ReturnType<typeof withAddress>>): string[] =>
  page.findAll('input').map((input) => input.element.value)

test('a box at an IP address is called by all of it', async () => {
  await using page = await withAddress('ssh goudan@10.20.3.7')
  await page.get('form').trigger('submit')
  await expect.poll(() => valuesIn(page)).toContain('10.20.3.7')
  expect(valuesIn(page)).not.toContain('10')
})

test('the machine in between of ssh -J gets its own sign-in', async () => {
  await using page = await withAddress('ssh -J jump@gate:2200 goudan@lab')
  await expect.poll(() => valuesIn(page)).toEqual(expect.arrayContaining(['gate', '2200', 'jump']))
})

test.each([
  ['en', ['Directly', 'Through cloud', 'Through another machine']],
  ['zh-CN', ['直接连接', '经由 cloud', '经由另一台主机']],
] as const)(
  'in %s the way to it is directly, through the server, or through another machine',
  async (language, ways) => {
    await using page = await withAddress('lab', language)
    await page.get('[role=combobox]').trigger('keydown', { key: 'ArrowDown' })
    const shown = [...document.querySelectorAll('[role=option]')].map(({ textContent }) => textContent)
    expect(shown.map((option) => option.trim())).toEqual(ways)
  },
)
