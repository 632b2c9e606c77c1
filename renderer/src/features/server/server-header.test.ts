import type { Failure, Server } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { computed } from 'vue'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { server } from '../../testing/pasted-lab.ts'
import ServerHeader from './ServerHeader.vue'

async function header(part: Partial<Server> = {}) {
  const restarted: unknown[] = []
  const status = { value: computed(() => null), heardAtMs: computed(() => null) }
  const page = await mountPage(ServerHeader, {
    props: { server: { ...server, ...part }, status },
    answers: { servers: { restart: async (which: unknown) => (restarted.push(which), {}) } },
  })
  return { page, restarted }
}

function away(code: 'relay-stopped' | 'server-silent'): Server['link'] {
  const params = { host: '203.0.113.2', port: 8024, server: 'cloud' }
  const failure: Failure = { code, params, message: '', fixes: [] }
  return { state: 'away', sinceMs: 0, retryAtMs: null, answering: false, failure, tried: [] }
}

test('nps is restarted only after a question that says what that costs', async () => {
  const { page, restarted } = await header()
  await using _ = page
  buttonCalled('Restart nps').click()
  await flushPromises()
  const dialog = document.querySelector('[role=dialog], [role=alertdialog]')
  expect(dialog?.textContent).toContain('Open connections through its tunnels are closed.')
  expect(restarted).toEqual([])
  const confirm = [...(dialog?.querySelectorAll('button') ?? [])].find(
    ({ textContent }) => textContent?.trim() === 'Restart nps',
  )
  confirm?.click()
  await flushPromises()
  expect(restarted).toEqual([{ serverId: 's1' }])
})

test('an nps that has ended is started from here where the app can sign in; a silent machine is not', async () => {
  const isOffered = async (part: Partial<Server>) => {
    await using page = (await header(part)).page
    return page
      .findAll('button')
      .some((one) => one.text() === 'Restart nps' && !('disabled' in one.attributes()))
  }
  expect(await isOffered({ link: away('relay-stopped'), hasSecret: true })).toBe(true)
  expect(await isOffered({ link: away('relay-stopped') })).toBe(false)
  expect(await isOffered({ link: away('server-silent'), hasSecret: true })).toBe(false)
})
