import type { Failure, Overview, Tunnel } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { thingsThatNeedYou } from './things-that-need-you.ts'

const now = 5_000_000
const failure: Failure = { code: 'agent-offline', params: {}, message: '', fixes: [] }
const brokenTunnel = (id: string): Tunnel => ({
  id,
  serverId: 's1',
  labId: 'l1',
  kind: 'ssh',
  reach: 'anyone',
  name: id,
  port: 7001,
  target: '127.0.0.1:22',
  address: 'ssh',
  status: { state: 'broken', stop: 'lab', sinceMs: now, failure },
  stops: [],
  connections: 0,
  downBytes: 0,
  upBytes: 0,
})
const overview = (part: Partial<Overview> = {}): Overview => ({
  atMs: now,
  laptopOnline: true,
  trial: false,
  otherTunnels: [],
  setAside: [],
  servers: [
    {
      id: 's1',
      name: 'cloud-hz',
      address: null,
      hasSecret: true,
      relay: null,
      local: false,
      last: null,
      link: { state: 'online', sinceMs: 1, roundTripMs: 12 },
    },
  ],
  labs: [
    {
      id: 'l1',
      serverId: 's1',
      name: 'lab-a100',
      address: null,
      jump: null,
      hasSecret: true,
      startKind: 'systemd',
      allowTarget: null,
      allowTargetInForce: null,
      state: { state: 'offline', sinceMs: 1 },
    },
  ],
  tunnels: [brokenTunnel('a'), brokenTunnel('b')],
  ...part,
})
const kinds = (value: Overview) => thingsThatNeedYou(value, now).map(({ kind }) => kind)

test('an offline lab box is one cause, however many tunnels wait behind it', () => {
  expect(kinds(overview())).toEqual(['lab'])
})

test('a silent server is one cause, and hides what is behind it', () => {
  const value = overview()
  const servers = value.servers.map((server) => ({
    ...server,
    link: {
      state: 'away' as const,
      sinceMs: 1,
      retryAtMs: now,
      answering: false,
      failure,
      tried: [],
    },
  }))
  expect(kinds({ ...value, servers })).toEqual(['server'])
})

test('with the box online, each broken tunnel is its own cause', () => {
  const value = overview()
  const labs = value.labs.map((lab) => ({
    ...lab,
    state: { state: 'online' as const, sinceMs: 1, address: '', version: '' },
  }))
  expect(kinds({ ...value, labs })).toEqual(['tunnel', 'tunnel'])
})

test('without network nothing needs anyone: all is unknown', () => {
  expect(kinds(overview({ laptopOnline: false }))).toEqual([])
})
