import type { Lab, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { lab, server, tunnel } from '../../testing/pasted-lab.ts'
import LabAgent from './LabAgent.vue'

test('a lab box by pasted line says how it starts and for whom, and offers to sign in by its ready tunnel', async () => {
  const page = await mountPage(LabAgent, { answers: {}, props: { lab, server, tunnels: [tunnel] } })
  await using _ = page
  expect(page.text()).toContain('Starts at boot, without root')
  expect(page.text()).toContain('alice')
  buttonCalled('Sign in through its SSH tunnel').click()
  await flushPromises()
  expect(page.vm.$route).toMatchObject({ name: 'sign-in', params: { machine: 'lab', id: 'l1' } })
})

test('before that tunnel is ready there is no such offer', async () => {
  const checking: Tunnel = { ...tunnel, status: { state: 'checking', sinceMs: 0 } }
  const page = await mountPage(LabAgent, { answers: {}, props: { lab, server, tunnels: [checking] } })
  await using _ = page
  expect(page.text()).not.toContain('through its SSH tunnel')
})

test('signed in by its own tunnel it is not set up again by it, which would cut its own way', async () => {
  const address = { host: '203.0.113.2', port: 7003, user: 'alice' }
  const signedIn: Lab = { ...lab, address, hasSecret: true, byOwnTunnel: true }
  const page = await mountPage(LabAgent, { answers: {}, props: { lab: signedIn, server, tunnels: [tunnel] } })
  await using _ = page
  expect(page.text()).not.toContain('Set up again')
  expect(buttonCalled('Show the line to paste').disabled).toBe(false)
})
