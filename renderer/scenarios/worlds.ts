import { defaultSettings } from '@nps-desktop/electron/contract'
import type { ActivityEvent, Failure, Lab, Overview, Server, Tunnel } from '@nps-desktop/electron/contract'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import { someTransfers } from './files-of-world.ts'
import {
  broken,
  guestPass,
  hourMs,
  lab,
  laptopPort,
  livelyTraffic,
  minuteMs,
  server,
  stops,
  tunnel,
  usualReachOf,
} from './world.ts'
import type { World } from './world.ts'

const cloud = '120.1.1.2'

/** A world of these servers, lab boxes and tunnels. */
export function world(part: Partial<Overview>, more: Partial<World> = {}): World {
  return {
    overview: {
      atMs: Date.now(),
      laptopOnline: true,
      servers: [],
      labs: [],
      tunnels: [],
      otherTunnels: [],
      setAside: [],
      trial: false,
      ...part,
    },
    activity: [],
    jobs: [],
    ports: new Map(),
    hostKeys: [],
    passes: [],
    cards: new Map(),
    alerts: [],
    settings: { ...defaultSettings },
    updates: { state: 'newest', atMs: Date.now() - hourMs },
    found: new Map(),
    choices: {
      user: 'goudan',
      environments: [],
      folders: ['~'],
      port: 8890,
      keptBy: 'setsid',
      canRestart: false,
    },
    start: null,
    traffic: livelyTraffic,
    ...more,
  }
}

function notRunning(service: string, box: string, target: string): Failure {
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

function events(server: Server, box: Lab): ActivityEvent[] {
  const now = Date.now()
  const line = (
    id: number,
    atMs: number,
    tone: ActivityEvent['tone'],
    code: ActivityEvent['code'],
    params = {},
  ): ActivityEvent => ({
    id,
    atMs,
    tone,
    code,
    params: { server: server.name, lab: box.name, ...params },
    serverId: server.id,
    labId: box.id,
    tunnelId: null,
  })
  return [
    line(7, now - 4 * minuteMs, 'ok', 'tunnel-ready', { tunnel: 'Jupyter' }),
    line(6, now - 16 * minuteMs, 'bad', 'tunnel-broken', {
      tunnel: 'Jupyter',
      stop: 'service',
      reason: 'target-refused',
      target: '127.0.0.1:8888',
    }),
    line(5, now - 46 * minuteMs, 'ok', 'lab-online'),
    line(4, now - 7 * hourMs, 'bad', 'lab-offline', { reason: 'agent-offline' }),
    line(3, now - 50 * hourMs, 'info', 'tunnel-added', { tunnel: 'TensorBoard' }),
    line(2, now - 74 * hourMs, 'info', 'tunnel-added', { tunnel: 'Jupyter' }),
    line(1, now - 75 * hourMs, 'ok', 'setup-done'),
  ]
}

function passes(): GuestPass[] {
  const now = Date.now()
  const used = { firstUsedAtMs: now - 37 * minuteMs, lastUsedAtMs: now - 30 * minuteMs, bytes: 432_013_312 }
  return [
    guestPass(1, 'A labmate', { ...used, lastAddress: '36.112.4.90', expiresAtMs: now + 8 * hourMs }),
    guestPass(2, 'A reviewer', { expiresAtMs: now + 100 * hourMs }),
  ]
}

const hostKeys: World['hostKeys'] = [
  {
    host: cloud,
    port: 22,
    way: '',
    algorithm: 'ssh-ed25519',
    fingerprint: 'SHA256:9f2cB1x7mZr0aVt3kUu8yWc5dNq6sHj4oPl2iEgQe4',
    state: 'known',
    sshKnows: false,
    pinned: 'SHA256:9f2cB1x7mZr0aVt3kUu8yWc5dNq6sHj4oPl2iEgQe4',
  },
]

/** The usual user: one server, one lab box, three tunnels. */
export function few(): World {
  const hz = server('s1', 'cloud-hz', cloud, 12)
  const box = lab('l1', hz.id, 'lab-a100')
  return world(
    {
      servers: [hz],
      labs: [box],
      tunnels: [
        tunnel(box, cloud, 'ssh', 7001),
        tunnel(box, cloud, 'jupyter', 8888),
        tunnel(box, cloud, 'tensorboard', 6006),
      ],
    },
    { activity: events(hz, box), hostKeys, passes: passes() },
  )
}

/** Transfers, by a server whose plan has a limit. */
function filesOnTheirWay(): World {
  const base = few()
  const plan = { monthBytes: 4.9e12, lineBytesPerSecond: null }
  const servers = base.overview.servers.map((one) => ({ ...one, plan }))
  return { ...base, overview: { ...base.overview, servers }, desktop: true, transfers: someTransfers() }
}

/** Tunnels of other modes, made here and elsewhere, with limits. */
function limited(): World {
  const base = few()
  const [box] = base.overview.labs
  if (!box) return base
  const plain = { connections: 3, downBytes: 9.4e9, upBytes: 0.6e9 }
  base.overview.tunnels = [
    ...base.overview.tunnels,
    tunnel(box, cloud, 'tcp', 7004, { name: 'vLLM', target: '127.0.0.1:8000', ...plain }),
    tunnel(box, cloud, 'socks5', 7005, { name: 'Campus network', target: '', ...plain }),
    tunnel(box, cloud, 'udp', 7006, {
      name: 'WireGuard',
      target: '127.0.0.1:51820',
      madeBy: 'agent',
      status: { state: 'unproved', checkedAtMs: Date.now() - 4_000 },
      stops: stops(null).map((stop) =>
        stop.name === 'service' ? { ...stop, state: 'unknown', ms: null } : stop,
      ),
      ...plain,
    }),
  ]
  base.overview.otherTunnels = [
    {
      id: 't9',
      serverId: box.serverId,
      labId: box.id,
      name: 'Jupyter of the desk machine',
      mode: 'private',
      port: null,
      target: '127.0.0.1:8889',
      enabled: true,
      canUseHere: true,
    },
  ]
  const limits = {
    downBytesPerSecond: 2.5e6,
    upBytesPerSecond: 2.5e6,
    monthlyQuotaBytes: 50e9,
    maxConnections: 8,
    expiresAtMs: Date.now() + 40 * 24 * hourMs,
    allow: ['36.112.4.81', '202.114.66.0/24'],
  }
  base.details = new Map([['t7004', { limits, monthBytes: 31.4e9 }]])
  // so that a week of it fits into a month's quota
  base.traffic = (of, atMs) => {
    const { down, up } = livelyTraffic(of, atMs)
    return of.id === 't7004' ? { down: down / 60, up: up / 60 } : { down, up }
  }
  return base
}

function faulty(): World {
  const base = few()
  base.overview.tunnels = base.overview.tunnels.map((one) =>
    one.kind === 'jupyter' ? broken(one, 'service', notRunning('Jupyter', 'lab-a100', one.target)) : one,
  )
  return base
}

/** A newer version that was downloaded, and that the package manager is to install. */
function updatePackage(): World {
  const file = '/home/goudan/.cache/nps-desktop-updater/pending/nps-desktop_1.1.0_amd64.deb'
  return {
    ...few(),
    updates: { state: 'ready', version: '1.1.0', file, command: `sudo apt install ${file}` },
  }
}

/** One whose file was another than announced. */
function updateRefused(): World {
  const failure: Failure = {
    code: 'update-refused',
    params: { address: 'https://updates.example.org/nps-desktop/' },
    message: 'sha512 checksum mismatch',
    fixes: [],
  }
  return { ...few(), updates: { state: 'failed', version: '1.1.0', failure } }
}

function many(): World {
  const servers = [
    server('s1', 'cloud-hz', cloud, 12),
    server('s2', 'cloud-cd', '121.4.4.9', 31),
    server('s3', 'cloud-sg', '8.219.7.3', 68),
    server('s4', 'cloud-fra', '47.91.2.8', 172),
  ]
  const boxes: [string, string, number][] = [
    ['lab-a100', 's1', 8],
    ['lab-4090', 's1', 6],
    ['sim-epyc', 's1', 4],
    ['dgx-01', 's2', 7],
    ['dgx-02', 's2', 5],
    ['lab-v100', 's3', 5],
    ['wet-lab-pc', 's3', 2],
    ['jetson-07', 's4', 2],
    ['archive-nas', 's4', 1],
  ]
  const kinds = ['ssh', 'jupyter', 'jupyter', 'tensorboard', 'tcp', 'tcp', 'tcp', 'tcp'] as const
  const labs: Lab[] = []
  const tunnels: Tunnel[] = []
  boxes.forEach(([name, serverId, count], index) => {
    const offline = name === 'lab-v100'
    const box = lab(`l${index}`, serverId, name, {
      state: offline
        ? { state: 'offline', sinceMs: Date.now() - 7 * hourMs }
        : { state: 'online', sinceMs: Date.now() - 46 * minuteMs, address: '10.1.1.1', version: '1.0.0' },
    })
    labs.push(box)
    const host = servers.find(({ id }) => id === serverId)?.relay?.host ?? cloud
    kinds.slice(0, count).forEach((kind, at) => {
      const serverPort = 7001 + index * 20 + at
      const port = usualReachOf(kind, host) === 'laptop' ? laptopPort(kind, tunnels) : serverPort
      const name2 = at === 2 ? { name: 'Jupyter 2' } : {}
      const one = tunnel(box, host, kind, port, { id: `t${serverId}${serverPort}`, ...name2 })
      if (offline) {
        const failure: Failure = {
          code: 'agent-offline',
          params: { lab: name },
          message: 'the agent is offline',
          fixes: [],
        }
        tunnels.push(broken(one, 'lab', failure, Date.now() - 7 * hourMs))
      } else if (name === 'lab-4090' && at === 1)
        tunnels.push(broken(one, 'service', notRunning('Jupyter', name, one.target)))
      else if (name === 'archive-nas') tunnels.push({ ...one, status: { state: 'paused' }, connections: 0 })
      else tunnels.push(one)
    })
  })
  const first = servers[0]
  const firstLab = labs[0]
  return world(
    { servers, labs, tunnels },
    first && firstLab ? { activity: events(first, firstLab), hostKeys } : {},
  )
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

function laptopOffline(): World {
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

function noTunnels(): World {
  const base = few()
  base.overview.tunnels = []
  return base
}

function noLabs(): World {
  const base = noTunnels()
  base.overview.labs = []
  return base
}

function trial(): World {
  const here = server('trial', 'This computer', '127.0.0.1', 1, {
    local: true,
    address: null,
    hasSecret: false,
  })
  const box = lab('trial-lab', here.id, 'sample-lab', {
    address: null,
    hasSecret: false,
    startKind: 'unknown',
  })
  return world({
    trial: true,
    servers: [here],
    labs: [box],
    tunnels: [
      tunnel(box, '127.0.0.1', 'ssh', 42_101),
      tunnel(box, '127.0.0.1', 'jupyter', 42_102),
      tunnel(box, '127.0.0.1', 'tensorboard', 42_103),
    ],
  })
}

function moods(): World {
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

function setupWaiting(): World {
  return world({
    servers: [server('s1', 'cloud-hz', cloud, 12, { relay: null, link: { state: 'not-set-up' } })],
  })
}

/** The token of the address chooses the scenario: `http://…/#token=many`. */
export const worlds: Record<string, () => World> = {
  few,
  limited,
  many,
  faulty,
  moods,
  files: filesOnTheirWay,
  trial,
  empty: () => world({}),
  loading: () => world({}, { silent: true }),
  'server-down': serverDown,
  'update-package': updatePackage,
  'update-refused': updateRefused,
  'laptop-offline': laptopOffline,
  'no-tunnels': noTunnels,
  'no-labs': noLabs,
  'setup-waiting': setupWaiting,
}
