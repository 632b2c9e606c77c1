import type { Lab, Tunnel } from '@nps-desktop/electron/contract'
import { describe, expect, test } from 'vitest'
import { lab, server, tunnel } from '../testing/pasted-lab.ts'
import { signInByTunnel } from './sign-in-by-tunnel.ts'

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
