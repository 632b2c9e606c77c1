import type { RelayTunnel } from '../api/relay-tunnel-models.ts'

/** A TCP tunnel to the lab box's sshd as its relay tells it, without settings and limits. */
export const listeningTunnel: RelayTunnel = {
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
