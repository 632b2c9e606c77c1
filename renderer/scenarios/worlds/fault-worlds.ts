import type { Failure } from '@nps-desktop/electron/contract'
import { cloud, few } from './usual-world.ts'
import { broken, hourMs, minuteMs, tunnel } from './world.ts'
import type { World } from './world.ts'

export function notRunning(box: string, target: string): Failure {
  return {
    code: 'target-refused',
    params: { lab: box, target },
    message: `connect ECONNREFUSED ${target}`,
    fixes: [
      { action: 'start-service', command: 'jupyter lab --no-browser --port 8888' },
      { action: 'retry' },
    ],
  }
}

export function faulty(): World {
  const base = few()
  base.overview.tunnels = base.overview.tunnels.map((one) =>
    one.kind === 'jupyter' ? broken(one, 'service', notRunning('lab-a100', one.target)) : one,
  )
  return base
}

export function moods(): World {
  const base = few()
  const box = base.overview.labs[0]
  if (!box) return base
  const [ssh, jupyter, board] = base.overview.tunnels
  if (!ssh || !jupyter || !board) return base
  base.overview.tunnels = [
    ssh,
    { ...jupyter, status: { state: 'checking', sinceMs: Date.now() - 2_000 } },
    { ...board, status: { state: 'paused' }, connections: 0 },
    tunnel(box, cloud, 'tcp', 7004, { status: { state: 'unknown', sinceMs: Date.now() - 9 * minuteMs } }),
    broken(tunnel(box, cloud, 'tcp', 7005, { name: 'Remote desktop' }), 'port', {
      code: 'ports-blocked-by-security-group',
      params: { host: '120.1.1.2', ports: '7005', provider: 'aliyun' },
      message: 'no answer on 7005',
      fixes: [
        { action: 'open-url', url: 'https://ecs.console.aliyun.com', label: 'aliyun' },
        { action: 'retry' },
      ],
    }),
  ]
  return base
}

export function serverDown(): World {
  const base = few()
  const failure: Failure = {
    code: 'server-silent',
    params: { server: 'cloud-hz', host: cloud, port: 8024 },
    message: `${cloud} does not answer on port 8024, nor on 22.`,
    fixes: [
      {
        action: 'open-url',
        url: 'https://ecs.console.aliyun.com/server/region/cn-hangzhou',
        label: 'aliyun',
      },
      { action: 'retry' },
    ],
  }
  base.overview.servers = base.overview.servers.map((one) => ({
    ...one,
    link: {
      state: 'away',
      sinceMs: Date.now() - 14 * minuteMs,
      retryAtMs: Date.now() + 8_000,
      answering: false,
      failure,
      tried: [
        { what: 'bridge', port: 8024, answer: 'silent', ms: 5_000 },
        { what: 'ssh', port: 22, answer: 'silent', ms: 5_000 },
      ],
    },
    last: {
      atMs: Date.now() - 14 * minuteMs,
      status: {
        version: '1.0.0',
        startedAtMs: Date.now() - 290 * hourMs,
        hostname: 'iZbp1c0x7k2',
        platform: 'Ubuntu 22.04 · x64',
        bridgePort: 8024,
        webPort: 8080,
        allowPorts: '7000-9000',
        fingerprint: `sha256:${'7f3a9c'.repeat(7)}`,
        stockProtocol: false,
        clientsOnline: 1,
        clientsTotal: 1,
        residentBytes: 77_000_000,
        service: 'systemd',
      },
    },
  }))
  base.overview.labs = base.overview.labs.map((one) => ({
    ...one,
    state: { state: 'unknown', sinceMs: Date.now() - 5 * minuteMs },
  }))
  base.overview.tunnels = base.overview.tunnels.map((one) => ({
    ...broken(one, 'server', failure),
    status: { state: 'unknown', sinceMs: Date.now() - 14 * minuteMs },
  }))
  return base
}

export function laptopOffline(): World {
  const base = few()
  const sinceMs = Date.now() - 3 * minuteMs
  base.overview.laptopOnline = false
  base.overview.labs = base.overview.labs.map((one) => ({ ...one, state: { state: 'unknown', sinceMs } }))
  base.overview.tunnels = base.overview.tunnels.map((one) => ({
    ...one,
    status: { state: 'unknown', sinceMs },
    stops: one.stops.map((stop) => ({ ...stop, state: 'unknown' })),
  }))
  return base
}

/** One whose file was another than announced. */
export function updateRefused(): World {
  const failure: Failure = {
    code: 'update-refused',
    params: { address: 'https://updates.example.org/nps-desktop/' },
    message: 'sha512 checksum mismatch',
    fixes: [],
  }
  return { ...few(), updates: { state: 'failed', version: '1.1.0', failure } }
}
