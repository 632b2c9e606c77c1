import type { Lab, Overview, Server, Tunnel } from '@nps-desktop/electron/contract'

/** A server that is connected. */
export const server: Server = {
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
/** A server of which the app has the sign-in alone: nothing is set up there yet. */
export const bareServer: Server = {
  ...server,
  address: { host: '120.1.1.2', port: 22, user: 'goudan' },
  hasSecret: true,
  relay: null,
  link: { state: 'not-set-up' },
}
/** A lab box that was added by a pasted line: the app has no address of it. */
export const lab: Lab = {
  id: 'l1',
  serverId: 's1',
  name: 'a100',
  address: null,
  jump: null,
  hasSecret: false,
  startKind: 'systemd-user',
  allowTarget: '127.0.0.1,::1',
  allowTargetInForce: null,
  account: 'alice',
  state: { state: 'online', sinceMs: 0, address: '198.51.100.4:5000', version: '1.0.0' },
}
/** Its SSH tunnel, ready and open to anyone. */
export const tunnel: Tunnel = {
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
/** Its notebook, ready and for this laptop only. */
export const notebook: Tunnel = {
  ...tunnel,
  id: 't2',
  kind: 'jupyter',
  reach: 'laptop',
  name: 'Jupyter',
  port: 8888,
  target: '127.0.0.1:8888',
  address: 'http://localhost:8888',
}

/** All of them as the app tells them, with what a test has otherwise. */
export function overviewWith(part: Partial<Overview> = {}): Overview {
  return {
    atMs: 0,
    servers: [server],
    labs: [lab],
    tunnels: [tunnel],
    otherTunnels: [],
    setAside: [],
    laptopOnline: true,
    trial: false,
    ...part,
  }
}
