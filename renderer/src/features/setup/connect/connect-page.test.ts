import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import ConnectPage from './ConnectPage.vue'

test('a link fills the parts, leaves no key in sight, and the identity that answered is shown', async () => {
  const calls: unknown[] = []
  const page = await mountPage(ConnectPage, {
    props: {
      link: 'nps-desktop://connect?host=120.1.1.2&port=8025&key=abcdefghijklmnop&fingerprint=sha256%3A9f2c',
    },
    answers: {
      servers: {
        connect: async (input) => {
          calls.push(input)
          return { serverId: 's1', fingerprint: 'sha256:9f2c', hasLabs: true }
        },
      },
    },
  })
  await using _ = page
  await flushPromises()
  expect(page.get('textarea').element.value).toBe('')
  expect(page.html()).not.toContain('key=abcdefghijklmnop')
  buttonCalled('Connect').click()
  await flushPromises()
  expect(calls).toEqual([
    { host: '120.1.1.2', bridgePort: 8025, adminKey: 'abcdefghijklmnop', fingerprint: 'sha256:9f2c' },
  ])
  expect(page.text()).toContain('sha256:9f2c')
  // its lab boxes are not in the list yet
  buttonCalled('Continue').click()
  await flushPromises()
  expect(page.vm.$router.currentRoute.value).toMatchObject({ name: 'server', params: { serverId: 's1' } })
})

test('what is no line of nps connect is said to be none', async () => {
  const page = await mountPage(ConnectPage, { props: { link: '' }, answers: {} })
  await using _ = page
  await page.get('textarea').setValue('hello')
  expect(page.text()).toContain('This is not what nps connect prints')
  expect(buttonCalled('Connect').disabled).toBe(true)
  expect(page.text()).toContain('Still needed: Address of the server, Admin key')
})
