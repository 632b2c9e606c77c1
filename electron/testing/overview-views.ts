import type { Lab, Server, Tunnel } from '@nps-desktop/electron/contract'

/** A server as the app shows it: connected by key and checked just now, with what a test has otherwise. */
export const serverView = (part: Partial<Server> = {}): Server => ({
  id: 's',
  name: 'cloud',
  address: null,
  hasSecret: false,
  relay: null,
  link: { state: 'checking', sinceMs: 1 },
  local: false,
  last: null,
  ...part,
})

/** A lab box of that server as the app shows it: added by a pasted line that was not used yet, with what a test has otherwise. */
export const labView = (part: Partial<Lab> = {}): Lab => ({
  id: 'l',
  serverId: 's',
  name: 'a100',
  address: null,
  jump: null,
  hasSecret: false,
  startKind: 'unknown',
  allowTarget: null,
  allowTargetInForce: null,
  state: { state: 'waiting' },
  ...part,
})

/** A tunnel to its sshd as the app shows it, ready and open to anyone, with what a test has otherwise. */
export const tunnelView = (part: Partial<Tunnel> = {}): Tunnel => ({
  id: 't',
  serverId: 's',
  labId: 'l',
  kind: 'ssh',
  reach: 'anyone',
  name: 'SSH',
  port: 7001,
  target: '127.0.0.1:22',
  address: 'ssh -p 7001 h',
  status: { state: 'ready', checkedAtMs: 0, ms: 1 },
  stops: [],
  connections: 0,
  downBytes: 0,
  upBytes: 0,
  ...part,
})
