import type { TunnelDetails } from '@nps-desktop/electron/contract'
import { faulty, laptopOffline, moods, serverDown, updateRefused } from './fault-worlds.ts'
import { someTransfers } from '../backend/files-of-world.ts'
import { many } from './many-world.ts'
import { cloud, few, world } from './usual-world.ts'
import { hourMs, lab, livelyTraffic, placeOf, server, stops, tunnel } from './world.ts'
import type { World } from './world.ts'

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
  base.details = new Map<string, Partial<TunnelDetails>>([
    ['t7004', { limits, monthBytes: 31.4e9 }],
    ['t7005', { settings: { users: [{ name: 'lab', password: 'Kc3vTq8RzWm5LsXa1bNd' }] } }],
  ])
  // so that a week of it fits into a month's quota
  base.traffic = (of, atMs) => {
    const { down, up } = livelyTraffic(of, atMs)
    return of.id === 't7004' ? { down: down / 60, up: up / 60 } : { down, up }
  }
  return base
}

/** The lab's network by both ways, for this laptop alone. */
function proxies(): World {
  const base = few()
  const [box] = base.overview.labs
  if (!box) return base
  for (const [kind, port, name] of [
    ['socks5', 1080, 'Lab network'],
    ['httpProxy', 3128, 'Lab HTTP'],
  ] as const) {
    const place = placeOf(kind, cloud, port, 'laptop')
    base.overview.tunnels.push(tunnel(box, cloud, kind, port, { name, target: '', ...place }))
  }
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
  const here = server('trial', 'Sample server', '127.0.0.1', 1, {
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

function setupWaiting(): World {
  return world({
    servers: [server('s1', 'cloud-hz', cloud, 12, { relay: null, link: { state: 'not-set-up' } })],
  })
}

/** Transfers, by a server whose plan has a limit. */
function filesOnTheirWay(): World {
  const base = few()
  const plan = { monthBytes: 4.9e12, lineBytesPerSecond: null }
  const servers = base.overview.servers.map((one) => ({ ...one, plan }))
  return { ...base, overview: { ...base.overview, servers }, desktop: true, transfers: someTransfers() }
}

/** The token of the address chooses the scenario: `http://…/#token=many`. */
export const worlds: Record<string, () => World> = {
  few,
  limited,
  proxies,
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
