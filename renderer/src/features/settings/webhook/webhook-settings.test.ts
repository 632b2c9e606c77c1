import type { WebhookAnswer, WebhookView } from '@nps-desktop/relay-core/api'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, feedOf, mountPage } from '../../../testing/mount-page.ts'
import { overviewWith, server } from '../../../testing/pasted-lab.ts'
import WebhookSettings from './WebhookSettings.vue'

const view: WebhookView = {
  kind: 'feishu',
  language: 'en',
  origin: 'https://open.feishu.cn',
  hasSecret: false,
  setAtMs: 0,
  waiting: 0,
  lost: 0,
  last: null,
}
const taken: WebhookAnswer = { state: 'taken', atMs: Date.now(), status: 200, said: 'ok' }
const refused: WebhookAnswer = {
  state: 'refused',
  atMs: Date.now(),
  status: 200,
  said: '19021 sign match fail',
}

const overviewOf = (local: boolean) =>
  overviewWith({ servers: [{ ...server, name: 'cloud-hz', local }], labs: [], tunnels: [] })

async function mounted({
  first = null,
  answer = taken,
  supported = true,
  local = false,
}: { first?: WebhookView | null; answer?: WebhookAnswer; supported?: boolean; local?: boolean } = {}) {
  let webhook = first
  const calls: unknown[] = []
  const page = await mountPage(WebhookSettings, {
    answers: {
      overview: { watch: feedOf(overviewOf(local)) },
      webhook: {
        read: async () => ({ supported, webhook }),
        set: async (wish: unknown) => {
          calls.push(wish)
          return (webhook = view)
        },
        test: async () => {
          webhook = { ...view, last: answer }
          return answer
        },
        remove: async () => {
          webhook = null
          return {}
        },
      },
    },
  })
  await flushPromises()
  return { page, calls }
}
async function type(label: string, text: string): Promise<void> {
  const wanted = [...document.querySelectorAll('label')].find((one) => one.textContent?.trim() === label)
  const input = document.querySelector<HTMLInputElement>(`#${CSS.escape(wanted?.htmlFor ?? '')}`)
  if (!input) throw new Error(`no field ${label}`)
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}

test('a webhook is saved and tried at once, and what the service answered is shown', async () => {
  const { page, calls } = await mounted()
  await using _ = page
  expect(page.text()).toContain('No webhook')
  buttonCalled('Set a webhook…').click()
  await flushPromises()
  await type('Address of the webhook', 'http://192.0.2.1/hook')
  expect(document.body.textContent).toContain('It begins with https://')
  expect(buttonCalled('Save and send a test message').disabled).toBe(true)
  await type('Address of the webhook', 'https://open.feishu.cn/open-apis/bot/v2/hook/T-B-key')
  buttonCalled('Save and send a test message').click()
  await expect.poll(() => page.text()).toContain('Feishu has taken it: “ok”')
  expect(calls).toEqual([
    {
      serverId: 's1',
      kind: 'feishu',
      url: 'https://open.feishu.cn/open-apis/bot/v2/hook/T-B-key',
      language: 'en',
    },
  ])
  expect(page.text()).toContain('https://open.feishu.cn')
  expect(document.body.textContent).not.toContain('T-B-key')
})

test('a test message that is not taken says so in the words of the service', async () => {
  const { page } = await mounted({ first: view, answer: refused })
  await using _ = page
  buttonCalled('Send a test message').click()
  await expect
    .poll(() => page.text())
    .toContain('Feishu does not take it (status 200): “19021 sign match fail”')
})

test('a server whose nps is too old says so, and the trial on this computer is not offered one', async () => {
  const old = await mounted({ supported: false })
  expect(old.page.text()).toContain('too old')
  expect(old.page.text()).not.toContain('Set a webhook')
  await old.page[Symbol.asyncDispose]()
  const { page } = await mounted({ local: true })
  await using _ = page
  expect(page.text()).toBe('')
})
