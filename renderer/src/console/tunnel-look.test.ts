import { expect, test } from 'vitest'
import type { ProbeResult, RelayTunnel } from '@nps-desktop/relay-core/api'
import { consoleLook } from './tunnel-look.ts'

const nowMs = 1_000_000
const tunnel = (part: Partial<RelayTunnel>): RelayTunnel => ({
  id: 1,
  clientId: 1,
  name: 'metrics',
  mode: 'tcp',
  port: 7001,
  target: '127.0.0.1:9000',
  downTargets: [],
  limits: {},
  pushedBy: null,
  enabled: true,
  createdAtMs: 0,
  status: { state: 'listening' },
  connections: 0,
  downBytes: 0,
  upBytes: 0,
  settings: {},
  ...part,
})
const probe = (target: ProbeResult['hops'][number]['state']): ProbeResult => ({
  tunnelId: 1,
  atMs: nowMs - 1_000,
  hops: [
    { hop: 'port', state: 'ok', ms: null, failure: null },
    { hop: 'agent', state: 'ok', ms: 20, failure: null },
    { hop: 'target', state: target, ms: target === 'ok' ? 3 : null, failure: null },
  ],
})

test('a tunnel whose target has just answered is ready, and only for a while', () => {
  expect(consoleLook(tunnel({}), probe('ok'), nowMs)).toEqual({ look: 'ready', ms: 23 })
  expect(consoleLook(tunnel({}), probe('ok'), nowMs + 60_000)).toEqual({ look: 'checking' })
})

test('a UDP tunnel, whose target nobody can ask, is never called ready', () => {
  expect(consoleLook(tunnel({ mode: 'udp' }), probe('skipped'), nowMs)).toEqual({ look: 'unchecked' })
})

test('a tunnel without a target of its own is ready once its lab box is there', () => {
  expect(consoleLook(tunnel({ mode: 'socks5' }), probe('skipped'), nowMs)).toEqual({ look: 'ready', ms: 20 })
})
