import { expect, it } from 'vitest'
import type { ClientSettings, TunnelSettings } from '../../api/tunnel-settings.ts'
import { listeningTunnel } from '../../testing/listening-tunnel.ts'
import { listedClient } from '../../testing/listed-client.ts'
import { hideOfClient, hideOfTunnel } from './hidden-secrets.ts'

it.each([
  ['beside a password of today', { password: 'one', pigeonKey: 'two' }],
  ['in a form that only a later version reads', { users: { coo: 'one' }, host: { setHeaders: 'two' } }],
])('a console session sees no secret of a tunnel that a later version has stored %s', (_where, settings) => {
  // as the state file holds it
  const stored = settings as TunnelSettings
  expect(JSON.stringify(hideOfTunnel({ ...listeningTunnel, settings: stored }))).not.toMatch(/one|two/)
})

it.each([
  ['beside a setting of today', { mayPush: true, pigeonKey: 'two' }],
  ['in a form that only a later version reads', { pushHosts: 'one', mayPush: { key: 'two' } }],
])('nor one of a lab box, %s', (_where, settings) => {
  const stored = settings as ClientSettings
  expect(JSON.stringify(hideOfClient({ ...listedClient, settings: stored }))).not.toMatch(/one|two/)
})
