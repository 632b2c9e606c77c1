import { defaultSettings, emptyOverview } from '@nps-desktop/electron/contract'
import type { ActivityEvent, Lab, Overview, Server } from '@nps-desktop/electron/contract'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import { guestPass, hourMs, lab, livelyTraffic, minuteMs, server, tunnel } from './world.ts'
import type { World } from './world.ts'

export const cloud = '120.1.1.2'

/** A world of these servers, lab boxes and tunnels. */
export function world(part: Partial<Overview>, more: Partial<World> = {}): World {
  return {
    overview: { ...emptyOverview(Date.now()), ...part },
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

export function events(server: Server, box: Lab): ActivityEvent[] {
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

export const hostKeys: World['hostKeys'] = [
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
