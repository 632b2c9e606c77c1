import { expect, it } from 'vitest'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import type { TunnelSettings } from '../../api/tunnel-settings.ts'
import { hideOfTunnel } from './hidden-secrets.ts'

const ssh: RelayTunnel = {
  id: 7,
  clientId: 1,
  name: 'ssh',
  mode: 'tcp',
  port: 7001,
  target: '127.0.0.1:22',
  downTargets: [],
  settings: {},
  limits: {},
  pushedBy: null,
  enabled: true,
  createdAtMs: 1,
  status: { state: 'listening' },
  connections: 0,
  downBytes: 0,
  upBytes: 0,
}

it.each([
  ['beside a password of today', { password: 'one', pigeonKey: 'two' }],
  ['in a form that only a later version reads', { users: { coo: 'one' }, host: { setHeaders: 'two' } }],
])('a console session sees no secret of a tunnel that a later version has stored %s', (_where, settings) => {
  // as the state file holds it
  const stored = settings as TunnelSettings
  expect(JSON.stringify(hideOfTunnel({ ...ssh, settings: stored }))).not.toMatch(/one|two/)
})
