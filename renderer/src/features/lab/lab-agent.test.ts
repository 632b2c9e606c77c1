import type { Lab, Server, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import LabAgent from './LabAgent.vue'

const server: Server = {
  id: 's1',
  name: 'cloud',
  address: null,
  hasSecret: false,
  relay: {
    host: '203.0.113.2',
    bridgePort: 8024,
    fingerprint: 'sha256:ab',
    version: '1.0.0',
    range: { from: 7000, to: 9000 },
  },
  link: { state: 'online', sinceMs: 0, roundTripMs: 12 },
  local: false,
  last: null,
}
const lab: Lab = {
  id: 'l1',
  serverId: 's1',
  name: 'a100',
  address: null,
  jump: null,
  hasSecret: false,
  startKind: 'systemd-user',
  account: 'alice',
  state: { state: 'online', sinceMs: 0, address: '198.51.100.4:5000', version: '1.0.0' },
}
const tunnel: Tunnel = {
  id: 't1',
  serverId: 's1',
  labId: 'l1',
  kind: 'ssh',
  reach: 'anyone',
  name: 'SSH',
  port: 7003,
  target: '127.0.0.1:22',
  address: 'ssh -p 7003 alice@203.0.113.2',
  status: { state: 'ready', checkedAtMs: 0, ms: 5 },
  stops: [],
  connections: 0,
  downBytes: 0,
  upBytes: 0,
}

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
