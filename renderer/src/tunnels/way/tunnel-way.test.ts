import type { PrivateWay } from '@nps-desktop/relay-core/api'
import type { Failure, Tunnel } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { notebook } from '../../testing/pasted-lab.ts'
import { tunnelLook } from '../tunnel-state.ts'
import { aloneWayOf, directWayOf, serverWayOf, standingByMs } from './tunnel-way.ts'

const now = 1_000_000
const direct: PrivateWay = { way: 'direct', sinceMs: now, roundTripMs: 12 }
const byServer: PrivateWay = {
  way: 'relay',
  sinceMs: now,
  reason: 'no-udp',
  triedAtMs: now,
  againAtMs: null,
  directAtMs: null,
}
const failure: Failure = { code: 'target-refused', params: {}, message: 'refused', fixes: [] }

function tunnel(
  way: PrivateWay,
  status: Tunnel['status'] = { state: 'ready', checkedAtMs: now, ms: 46 },
): Tunnel {
  return { ...notebook, way, status }
}

function broken(stop: 'server' | 'service'): Tunnel['status'] {
  return { state: 'broken', stop, sinceMs: now, failure }
}

test('a direct way is shown as one unless it is paused, or fails where only the server is', () => {
  const shown = (one: Tunnel) => directWayOf(one, tunnelLook(one, now))
  expect(shown(tunnel(direct))).toBe(direct)
  expect(shown(tunnel(direct, broken('service')))).toBe(direct)
  expect(shown(tunnel(direct, broken('server')))).toBeUndefined()
  expect(shown(tunnel(direct, { state: 'paused' }))).toBeUndefined()
  expect(shown(tunnel(byServer))).toBeUndefined()
})

test('why it is not direct is said of a tunnel that works, and where there could be a shorter way', () => {
  const shown = (one: Tunnel) => serverWayOf(one, tunnelLook(one, now))
  expect(shown(tunnel(byServer))).toBe(byServer)
  expect(shown(tunnel(byServer, broken('service')))).toBeUndefined()
  expect(shown(tunnel({ ...byServer, reason: 'near' }))).toBeUndefined()
  expect(shown(tunnel(direct))).toBeUndefined()
})

test('while the server is away a direct way goes on, falls silent or has ended, and nothing is said to go through the server', () => {
  const server = { name: 'server', state: 'failed', ms: null, failure } as const
  const unknown = { state: 'unknown', sinceMs: now - 40_000 } as const
  const shown = (one: Tunnel) => {
    const away = { ...one, stops: [server] }
    const look = tunnelLook(away, now)
    return [aloneWayOf(away, look), serverWayOf(away, look)]
  }
  expect(shown(tunnel(direct))).toEqual([{ state: 'goes-on' }, undefined])
  expect(shown(tunnel(direct, broken('service')))).toEqual([{ state: 'goes-on' }, undefined])
  expect(shown(tunnel(direct, unknown))).toEqual([{ state: 'silent', atMs: now - 40_000 }, undefined])
  const ended = { ...byServer, reason: 'not-tried', directAtMs: now - 9_000 } as const
  expect(shown(tunnel(ended, unknown))).toEqual([{ state: 'ended', atMs: now - 9_000 }, undefined])
  expect(shown(tunnel(byServer, unknown))).toEqual([undefined, undefined])
})

test('the way through the server is as long as its legs, and not known while one of them is not', () => {
  const ok = { state: 'ok', failure: null } as const
  const legs = [
    { ...ok, name: 'server', ms: 12 },
    { ...ok, name: 'lab', ms: 33 },
    { ...ok, name: 'service', ms: 1 },
  ] as const
  expect(standingByMs(legs)).toBe(46)
  expect(standingByMs([{ ...legs[0], ms: null }, legs[1], legs[2]])).toBeNull()
})
