import type { GuestPass } from '@nps-desktop/relay-core/api'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { nextTick } from 'vue'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { notebook as tunnel } from '../../../testing/pasted-lab.ts'
import TunnelGuests from './TunnelGuests.vue'

const pass: GuestPass = {
  id: 3,
  tunnelId: 1,
  name: 'A reviewer',
  way: 'line',
  address: null,
  createdAtMs: Date.now(),
  expiresAtMs: Date.now() + 86_400_000,
  firstUsedAtMs: null,
  lastUsedAtMs: null,
  lastAddress: null,
  bytes: 0,
  connections: 0,
  revokedAtMs: null,
}

async function mounted(first: GuestPass[], supported = true) {
  let passes = first
  const made: unknown[] = []
  const change = (revokedAtMs: number | null) => async () => {
    passes = passes.map((one) => ({ ...one, revokedAtMs }))
    return passes[0]
  }
  const page = await mountPage(TunnelGuests, {
    props: { tunnel, labName: 'lab-a100' },
    answers: {
      guestPasses: {
        list: async () => ({ supported, byAddress: false, passes }),
        make: async (wish: unknown) => {
          made.push(wish)
          return { pass, line: 'npc -server=120.1.1.2:8024 -password=the-secret' }
        },
        revoke: change(Date.now()),
        restore: change(null),
      },
    },
  })
  await flushPromises()
  return { page, made }
}

test('a pass is made for somebody until a time, and its line is shown until it is put away', async () => {
  const { page, made } = await mounted([])
  await using _ = page
  expect(page.text()).toContain('No guest passes yet.')
  buttonCalled('Make a guest pass…').click()
  await flushPromises()
  const [name] = document.querySelectorAll<HTMLInputElement>('form input')
  if (!name) throw new Error('the form has no field')
  name.value = 'A labmate'
  name.dispatchEvent(new Event('input'))
  await flushPromises()
  buttonCalled('Make it').click()
  await flushPromises()
  expect(made).toMatchObject([{ tunnelId: tunnel.id, name: 'A labmate' }])
  expect(page.text()).toContain('Send this line to A labmate.')
  expect(page.text()).toContain('the-secret')
  buttonCalled('Done').click()
  await flushPromises()
  expect(page.text()).not.toContain('the-secret')
})

test('a pass is revoked at once, and can be brought back for ten seconds', async () => {
  const { page } = await mounted([pass])
  await using _ = page
  expect(page.text()).toContain('A reviewer')
  expect(page.text()).toContain('not used yet')
  const revoke = buttonCalled('Revoke')
  revoke.click()
  await nextTick()
  // the one that was pressed says so, whatever the way to the server takes
  expect(revoke.getAttribute('aria-busy')).toBe('true')
  await flushPromises()
  expect(page.text()).toContain('revoked')
  buttonCalled('Undo').click()
  await flushPromises()
  expect(buttonCalled('Revoke')).toBeDefined()
})

test('a server that is too old for passes has no such section, and one revoked before is not listed', async () => {
  const old = await mounted([], false)
  expect(old.page.text()).toBe('')
  await old.page[Symbol.asyncDispose]()
  const { page } = await mounted([{ ...pass, revokedAtMs: Date.now() - 30_000 }])
  await using _ = page
  expect(page.text()).not.toContain('A reviewer')
})
