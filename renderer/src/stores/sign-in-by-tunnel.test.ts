import type { Lab, Server, Tunnel } from '@nps-desktop/electron/contract'
import { describe, expect, test } from 'vitest'
import { signInByTunnel } from './sign-in-by-tunnel.ts'

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
  startKind: 'systemd',
  account: 'alice',
  state: { state: 'online', sinceMs: 0, address: 'h', version: '1' },
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

describe('signing in to a lab box by its own tunnel', () => {
  test('leads to the server, at the port of the tunnel, as whom its npc has named', () => {
    const address = { host: '203.0.113.2', port: 7003, user: 'alice' }
    expect(signInByTunnel(lab, server, [tunnel])).toEqual({ address, ready: true })
  })

  test('leads to this laptop where only this laptop has the tunnel', () => {
    const way = signInByTunnel(lab, server, [{ ...tunnel, reach: 'laptop', port: 50022 }])
    expect(way?.address).toEqual({ host: '127.0.0.1', port: 50022, user: 'alice' })
  })

  test('is not ready before the tunnel is', () => {
    const way = signInByTunnel(lab, server, [{ ...tunnel, status: { state: 'checking', sinceMs: 0 } }])
    expect(way?.ready).toBe(false)
  })

  test.each<[string, Lab, Tunnel]>([
    ['that has an address', { ...lab, address: { host: '10.0.0.7', port: 22, user: 'bob' } }, tunnel],
    ['whose ssh tunnel leads to another machine', lab, { ...tunnel, target: '10.0.0.8:22' }],
    ['whose ssh tunnel is paused', lab, { ...tunnel, status: { state: 'paused' } }],
    ['that has only a notebook', lab, { ...tunnel, kind: 'jupyter' }],
  ])('is not for one %s', (_, of, by) => {
    expect(signInByTunnel(of, server, [by])).toBeNull()
  })
})
