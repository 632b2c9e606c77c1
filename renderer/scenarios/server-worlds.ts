import type { ServerUse } from '@nps-desktop/electron/contract'
import type { World } from './world.ts'
import { hourMs } from './world.ts'
import { few } from './worlds.ts'

const gibibyte = 1024 ** 3

/** A small cloud machine at work. */
function use(atMs: number): ServerUse {
  return {
    tells: true,
    use: {
      atMs,
      cpuPercent: 7,
      threads: 2,
      load: 0.14,
      memory: { usedBytes: 0.41 * gibibyte, totalBytes: 1.9 * gibibyte },
      disk: { usedBytes: 9.1e9, totalBytes: 40e9 },
      line: { inBytesPerSecond: 3.56e6, outBytesPerSecond: 3.62e6 },
    },
  }
}

/** The same world, whose server has told of its machine, and what it is rented for. */
export function withUse(world: World, atMs: number): World {
  const servers = world.overview.servers.map((server) => ({
    ...server,
    last: {
      atMs,
      status: {
        version: '1.0.0',
        startedAtMs: Date.now() - 292 * hourMs,
        hostname: 'cloud-hz',
        platform: 'linux x64',
        bridgePort: 8024,
        webPort: 8080,
        allowPorts: '7000-9000',
        fingerprint: 'sha256:7f3a9c',
        stockProtocol: false,
        clientsOnline: 1,
        clientsTotal: 1,
        residentBytes: 77e6,
        service: 'systemd',
      },
    },
    plan: { monthBytes: 4.9e12, lineBytesPerSecond: 12.5e6 },
  }))
  return { ...world, overview: { ...world.overview, servers }, serverUse: use(atMs) }
}

export const serverWorlds: Readonly<Record<string, () => World>> = {
  'server-well': () => withUse(few(), Date.now()),
  'server-unplanned': () => ({ ...few(), serverUse: use(Date.now()) }),
  'server-old-nps': () => ({ ...few(), serverUse: { use: null, tells: false } }),
}
