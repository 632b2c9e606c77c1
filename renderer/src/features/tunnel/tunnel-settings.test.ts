import type { Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { tunnel } from '../../testing/pasted-lab.ts'
import TunnelSettings from './TunnelSettings.vue'

async function said(part: Partial<Tunnel>): Promise<string> {
  const names = { serverName: 'cloud', labName: 'a100' }
  await using page = await mountPage(TunnelSettings, {
    props: { tunnel: { ...tunnel, ...part }, details: null, local: false, ...names },
    answers: {},
  })
  return page.text()
}

test('a port is said to be open to the internet while it is, and a paused one only for when it runs', async () => {
  expect(await said({})).toContain('This port is open to the internet.')
  const paused = await said({ status: { state: 'paused' } })
  expect(paused).toContain('While it runs, this port is open to the internet.')
  expect(paused).not.toContain('This port is open')
  expect(await said({ reach: 'laptop' })).not.toContain('open to the internet')
})

test('a private proxy without a password is opened to anyone by its form alone, which asks for one', async () => {
  const edited: unknown[] = []
  const never = async () => new Promise(() => undefined)
  await using _page = await mountPage(TunnelSettings, {
    props: {
      tunnel: { ...tunnel, kind: 'socks5', reach: 'laptop', target: '' },
      details: null,
      local: false,
      serverName: 'cloud',
      labName: 'a100',
    },
    answers: {
      overview: { watch: never },
      tunnelValues: { place: never, read: never },
      tunnels: { edit: async (input: unknown) => edited.push(input) },
    },
  })
  buttonCalled('Open it to anyone who finds the port').click()
  await flushPromises()
  expect(edited).toEqual([])
  expect(document.querySelector('.sheet')?.textContent).toContain('Change')
})
