import type { Tunnel } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { fiveStops, rowAction, tunnelLook } from './tunnel-state.ts'

const now = 1_000_000
function tunnel(status: Tunnel['status'], kind: Tunnel['kind'] = 'jupyter'): Tunnel {
  return {
    id: 't1',
    serverId: 's1',
    labId: 'l1',
    kind,
    reach: 'anyone',
    name: 'Jupyter',
    port: 7002,
    target: '127.0.0.1:8888',
    address: 'http://120.1.1.2:7002',
    status,
    stops: [],
    connections: 0,
    downBytes: 0,
    upBytes: 0,
  }
}

test('green lasts 30 s, is then called checking, and after 90 s not known', () => {
  const at = (ageMs: number) =>
    tunnelLook(tunnel({ state: 'ready', checkedAtMs: now - ageMs, ms: 46 }), now).look
  expect([at(0), at(30_000), at(30_001), at(90_000), at(90_001)]).toEqual([
    'ready',
    'ready',
    'checking',
    'checking',
    'unknown',
  ])
})

test('the one button does the job of its kind', () => {
  const ready = { state: 'ready', checkedAtMs: now, ms: 1 } as const
  const actionOf = (kind: Tunnel['kind']) => {
    const one = tunnel(ready, kind)
    return rowAction(one, tunnelLook(one, now)).do
  }
  expect([actionOf('ssh'), actionOf('jupyter'), actionOf('tensorboard'), actionOf('tcp')]).toEqual([
    'copy-address',
    'open',
    'open',
    'copy-address',
  ])
})

test('the one button of a paused tunnel starts it', () => {
  const paused = tunnel({ state: 'paused' })
  expect(rowAction(paused, tunnelLook(paused, now))).toEqual({ do: 'start' })
})

test('the one button of a broken tunnel is its next step, and a look at why when the app has none', () => {
  const broken = (fixes: Extract<Tunnel['status'], { state: 'broken' }>['failure']['fixes']) => {
    const one = tunnel({
      state: 'broken',
      stop: 'service',
      sinceMs: now,
      failure: { code: 'target-refused', params: {}, message: '', fixes },
    })
    return rowAction(one, tunnelLook(one, now))
  }
  expect(broken([])).toEqual({ do: 'see-why' })
  expect(broken([{ action: 'retry' }])).toEqual({ do: 'fix', fix: { action: 'retry' } })
  expect(broken([{ action: 'retry' }, { action: 'use-port', port: 7005 }])).toEqual({
    do: 'fix',
    fix: { action: 'use-port', port: 7005 },
  })
})

test('stops that were not asked yet are unknown, in their order', () => {
  const stops = fiveStops([{ name: 'server', state: 'ok', ms: 12, failure: null }])
  expect(stops.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'laptop unknown',
    'server ok',
    'port unknown',
    'lab unknown',
    'service unknown',
  ])
})
