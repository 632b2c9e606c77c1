import type { Lab, Tunnel } from '@nps-desktop/electron/contract'
import { describe, expect, test } from 'vitest'
import { lab, server, tunnel } from '../testing/pasted-lab.ts'
import { signInByTunnel } from './sign-in-by-tunnel.ts'

describe('signing in to a lab box by its own tunnel', () => {
  test('leads to the server, at the port of the tunnel, as whom its npc has named', () => {
    const address = { host: '203.0.113.2', port: 7003, user: 'alice' }
    expect(signInByTunnel(lab, server, [tunnel])).toEqual({ address, ready: true, broken: null })
  })

  test('leads to this laptop where only this laptop has the tunnel', () => {
    const way = signInByTunnel(lab, server, [{ ...tunnel, reach: 'laptop', port: 50022 }])
    expect(way?.address).toEqual({ host: '127.0.0.1', port: 50022, user: 'alice' })
  })

  test('is not ready before the tunnel is', () => {
    const way = signInByTunnel(lab, server, [{ ...tunnel, status: { state: 'checking', sinceMs: 0 } }])
    expect(way).toMatchObject({ ready: false, broken: null })
  })

  test.each<Tunnel>([
    { ...tunnel, status: { state: 'paused' } },
    {
      ...tunnel,
      status: {
        state: 'broken',
        stop: 'service',
        sinceMs: 0,
        failure: { code: 'target-refused', params: { target: '127.0.0.1:22' }, message: '', fixes: [] },
      },
    },
  ])('names the tunnel that does not work', (by) => {
    expect(signInByTunnel(lab, server, [by])).toMatchObject({ ready: false, broken: by })
    const other: Tunnel = { ...tunnel, id: 't9', port: 7009 }
    expect(signInByTunnel(lab, server, [by, other])).toMatchObject({ ready: true, broken: null })
  })

  test.each<[string, Lab, Tunnel]>([
    ['that has an address', { ...lab, address: { host: '10.0.0.7', port: 22, user: 'bob' } }, tunnel],
    ['whose ssh tunnel leads to another machine', lab, { ...tunnel, target: '10.0.0.8:22' }],
    ['that has only a notebook', lab, { ...tunnel, kind: 'jupyter' }],
  ])('is not for one %s', (_, of, by) => {
    expect(signInByTunnel(of, server, [by])).toBeNull()
  })
})
