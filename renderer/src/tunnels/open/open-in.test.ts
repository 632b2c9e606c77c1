import type { OpenInView } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { buttonCalled, feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, overviewWith } from '../../testing/pasted-lab.ts'
import OpenInDialog from './OpenInDialog.vue'
import OpenInMenu from './OpenInMenu.vue'

const place = defineComponent(() => () => h('main', [h(OpenInMenu, { labId: lab.id }), h(OpenInDialog)]))

async function mounted(part: Partial<OpenInView>, open: () => Promise<unknown>) {
  const calls: unknown[] = []
  const note = (name: string, answer: () => Promise<unknown>) => (input: never) => {
    calls.push([name, input])
    return answer()
  }
  const view: OpenInView = {
    programs: ['terminal', 'vscode'],
    byLink: false,
    entries: 'unasked',
    files: { config: '~/.ssh/config', own: '~/.ssh/nps-desktop.conf' },
    failure: null,
    names: {},
    ...part,
  }
  const answers = {
    overview: { watch: feedOf(overviewWith()) },
    openIn: { watch: feedOf(view), open: note('open', open), keepEntries: note('keep', async () => ({})) },
  }
  const page = await mountPage(place, { answers })
  await flushPromises()
  return { page, calls }
}

/** By the keyboard, as the menu opens on a pointer event that this DOM does not have. */
async function openMenu(): Promise<HTMLElement[]> {
  const trigger = buttonCalled('Open in')
  trigger.focus()
  trigger.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await flushPromises()
  return [...document.querySelectorAll<HTMLElement>('[role=menuitem]')]
}

async function choose(label: string): Promise<void> {
  const item = (await openMenu()).find(({ textContent }) => textContent?.trim().startsWith(label))
  if (!item) throw new Error(`no ${label} in the menu`)
  item.click()
  await flushPromises()
}

test('before the first program that looks for names, the app asks once and then opens', async () => {
  const { page, calls } = await mounted({}, async () => ({ link: null }))
  await using _ = page
  await choose('VS Code')
  expect(calls).toEqual([])
  expect(document.body.textContent).toContain('~/.ssh/nps-desktop.conf')
  buttonCalled('Keep entries and open').click()
  await flushPromises()
  expect(calls).toEqual([
    ['keep', { isOn: true }],
    ['open', { labId: lab.id, program: 'vscode' }],
  ])
})

test('a terminal opens at once, and so does all else after the answer', async () => {
  const { page, calls } = await mounted({}, async () => ({ link: null }))
  await using _ = page
  await choose('Terminal')
  expect(calls).toEqual([['open', { labId: lab.id, program: 'terminal' }]])
  expect(document.body.textContent).toContain('in Terminal')
})

test('a program that does not start is told of', async () => {
  const { page } = await mounted({ entries: 'off' }, async () => {
    throw new Error('EACCES')
  })
  await using _ = page
  await choose('VS Code')
  expect(document.body.textContent).toContain('VS Code did not open a100')
})

test('only programs that were found are there', async () => {
  const { page } = await mounted({ programs: ['vscode'] }, async () => ({ link: null }))
  await using _ = page
  const labels = (await openMenu()).map(({ textContent }) => textContent?.trim())
  expect(labels).toEqual(['VS CodeRemote-SSH', 'Copy ssh command'])
})
