import type {
  ActivityEvent,
  Capabilities,
  Failure,
  Overview,
  PathTest,
  Tunnel,
} from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { lab, notebook, overviewWith, server, tunnel } from '../../testing/pasted-lab.ts'
import { reportText } from './report-text.ts'

const atMs = Date.UTC(2026, 10, 30, 8)
const capabilities: Capabilities = {
  version: '1.2.3',
  platform: 'linux',
  desktop: true,
  tray: true,
  openFolder: true,
  openUrl: true,
  pickFile: true,
  startAtLogin: true,
  secretStorage: 'keychain',
  dataFolder: '/home/alice/.config/NPS Desktop',
  updateAddress: '',
}
const refused: Failure = { code: 'target-refused', params: {}, message: 'Nothing listens.', fixes: [] }
const tooOld: Failure = { code: 'npc-too-old', params: { lab: 'a100' }, message: 'too old', fixes: [] }
const event = (id: number, params: ActivityEvent['params']): ActivityEvent => ({
  id,
  atMs,
  tone: 'info',
  code: 'tunnel-ready',
  params,
  serverId: 's1',
  labId: 'l1',
  tunnelId: 't1',
})
const test6s: PathTest = {
  atMs,
  legs: [
    {
      leg: 'server',
      measured: {
        roundTripMs: 12.34,
        variesMs: 1,
        downBytesPerSecond: 12_500_000,
        upBytesPerSecond: 2_500_000,
      },
      failure: null,
    },
    { leg: 'lab', measured: null, failure: tooOld },
    {
      leg: 'service',
      measured: { roundTripMs: 0.4, variesMs: 0.1, downBytesPerSecond: null, upBytesPerSecond: null },
      failure: null,
    },
  ],
  direct: { measured: { roundTripMs: 8, lostPart: 0.012, upBytesPerSecond: 25_000_000 } },
  slow: 'server',
}

test('a report says how everything stands, with the path tests of this run and what has happened', () => {
  const broken: Tunnel = {
    ...notebook,
    status: { state: 'broken', sinceMs: 0, stop: 'service', failure: refused },
  }
  const overview: Overview = overviewWith({ tunnels: [tunnel, broken] })
  const tests = new Map([[tunnel.id, test6s]])
  expect(reportText(capabilities, overview, [event(1, { tunnel: 'SSH' })], atMs, tests).split('\n')).toEqual([
    'NPS Desktop 1.2.3 on linux, 2026-11-30T08:00:00.000Z',
    '',
    `server ${server.name}: online`,
    `  lab ${lab.name}: online, start systemd-user`,
    '    tunnel SSH :7003 -> 127.0.0.1:22: ready',
    '      path test 2026-11-30T08:00:00.000Z, slow: server',
    '      server: 12.3 ms, varies 1.0 ms, down 100 up 20.0 Mbit/s',
    '      lab: not known (npc-too-old)',
    '      service: 0.4 ms, varies 0.1 ms, down - up - Mbit/s',
    '      direct: 8.0 ms, 1.2 % lost, up 200 Mbit/s',
    '    tunnel Jupyter :8888 -> 127.0.0.1:8888: broken at service (target-refused: Nothing listens.)',
    '',
    '2026-11-30T08:00:00.000Z tunnel-ready {"tunnel":"SSH"}',
  ])
})

test('an address in it loses what stands behind its question mark, which may be a token', () => {
  const withToken = event(1, { address: 'http://127.0.0.1:8888/lab?token=s3cret-of-jupyter&x=1' })
  const text = reportText(capabilities, null, [withToken], atMs)
  expect(text).toContain('http://127.0.0.1:8888/lab')
  expect(text).not.toContain('s3cret')
})

test('of a long history the newest two hundred lines are in it', () => {
  const events = Array.from({ length: 300 }, (_, index) => event(index, { tunnel: `t${index}` }))
  const text = reportText(capabilities, null, events, atMs)
  expect(text).toContain('"t199"')
  expect(text).not.toContain('"t200"')
})
