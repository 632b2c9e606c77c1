import { fix } from '@nps-desktop/electron/contract'
import type { Failure, Fix } from '@nps-desktop/electron/contract'
import { flushPromises, mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { useFixes } from './use-fixes.ts'
import { mountPage } from '../testing/mount-page.ts'
import { createTexts } from '../locales/index.ts'
import FailurePanel from './FailurePanel.vue'
import type { FixHandlers } from './fixes.ts'

/** One of each fix that there is. */
const every: Fix[] = fix.options.map((option) =>
  fix.parse({
    action: [...option.shape.action.values][0],
    fingerprint: 'SHA256:x',
    port: 8025,
    url: 'https://example.com',
    label: 'aliyun',
    command: 'nohup jupyter notebook &',
    text: 'TCP 7000-9000',
    labId: 'l1',
    targets: ['10.0.0.5:22', 'nas.lab:445'],
    folder: '/data',
    program: 'npc',
    serverId: 's1',
  }),
)
const failure: Failure = { code: 'cancelled', params: {}, message: '', fixes: every }
const onlyCopied = ['start-service', 'copy']

function buttonsWith(handle: FixHandlers): string[] {
  const panel = mount(FailurePanel, { props: { failure, handle }, global: { plugins: [createTexts('en')] } })
  return panel.findAll('.buttons button').map((button) => button.text())
}

test('a panel shows no button for a fix that nobody does there', () => {
  expect(buttonsWith({})).toEqual(['Copy start command', 'Copy'])
  expect(buttonsWith({ retry: () => undefined })).toEqual(['Check again', 'Copy start command', 'Copy'])
})

test('a command to copy stands there to be read', () => {
  const panel = mount(FailurePanel, { props: { failure }, global: { plugins: [createTexts('en')] } })
  expect(panel.text()).toContain('nohup jupyter notebook &')
})

test('a button does its own fix, with the fix and its failure', async () => {
  const done: unknown[] = []
  const panel = mount(FailurePanel, {
    props: { failure, handle: { 'use-port': (...given) => done.push(given) } satisfies FixHandlers },
    global: { plugins: [createTexts('en')] },
  })
  await panel
    .findAll('button')
    .find((button) => button.text() === 'Use 8025')
    ?.trigger('click')
  expect(done).toEqual([[{ action: 'use-port', port: 8025 }, failure]])
})

test('the app does every fix that the contract knows', async () => {
  const done: string[] = []
  const note = (what: string) => () => void done.push(what)
  const Place = defineComponent({
    setup() {
      const handle = useFixes()({
        run: async (work) => {
          await work({ signal: new AbortController().signal })
          return true
        },
        again: note('again'),
        correct: (corrections) => done.push(JSON.stringify(corrections)),
        machine: { kind: 'server', id: 's1' },
        tunnelId: 't1',
        editAddress: note('edit'),
        enterSecret: note('secret'),
        usePort: (port) => done.push(`port ${port}`),
      })
      expect(every.filter(({ action }) => !onlyCopied.includes(action) && !(action in handle))).toEqual([])
      return () => h(FailurePanel, { failure, handle })
    },
  })
  await using page = await mountPage(Place, {
    answers: {
      servers: { openHostFirewall: async () => done.push('firewall') },
      labs: {
        allow: async ({ targets }: { targets: string[] }) => done.push(`allowed ${targets.join(' ')}`),
      },
      signIn: { lab: async ({ labId }: { labId: string }) => done.push(`signed in to ${labId}`) },
      tunnels: { acceptChange: async () => done.push('accepted'), edit: async () => done.push('kept') },
    },
  })
  for (const button of page.findAll('.buttons button'))
    if (!/Open Alibaba|Copy/.test(button.text())) await button.trigger('click')
  await flushPromises()
  expect(done).toEqual(
    expect.arrayContaining([
      'again',
      'edit',
      'secret',
      '{}',
      '{"withoutRoot":true}',
      'port 8025',
      'firewall',
      'signed in to l1',
      'allowed 10.0.0.5:22 nas.lab:445',
    ]),
  )
})
