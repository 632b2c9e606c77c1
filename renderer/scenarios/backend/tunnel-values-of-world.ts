import { desktopContract } from '@nps-desktop/electron/contract'
import type { Tunnel } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { failed } from '../worlds/live-world.ts'
import type { LiveWorld } from '../worlds/live-world.ts'
import { byServer } from '../worlds/way-worlds.ts'

const os = implement(desktopContract).tunnelValues

/** No folder is shared yet. */
function unshared(labId: string, folder: string): Tunnel['status'] {
  const fixes = [{ action: 'share-folder' as const, labId, folder }]
  const params = { lab: 'lab-a100', folder }
  const failure = { code: 'folder-not-shared' as const, params, message: 'it is not shared', fixes }
  return { state: 'broken', stop: 'service', sinceMs: Date.now(), failure }
}

/** Settings and limits of tunnels as the world has them; port 7002 is taken, and nothing listens on 127.0.0.1:9999. */
export function tunnelValuesOf(live: LiveWorld) {
  return os.router({
    place: os.place.handler(async () => ({
      laptopAddress: '36.112.4.81',
      gatewayAddress: null,
      host: '120.1.1.2',
      nextPort: 7004,
      httpPort: 80,
      httpsPort: 443,
    })),
    add: os.add.handler(async ({ input }) => {
      const { labId, kind, port, name, target, reach } = input
      if (port === 7002) {
        failed({
          code: 'port-taken',
          params: { port, holder: 'Jupyter' },
          message: 'port 7002 is taken',
          fixes: [{ action: 'use-port', port: 7005 }],
        })
      }
      const made = live.add(labId, kind, port, { name, target, reach })
      const { folder } = input.settings
      if (folder !== undefined) live.change(made.tunnelId, { status: unshared(labId, folder) })
      if (target !== '127.0.0.1:9999') return made
      const failure = {
        code: 'target-refused',
        params: { target },
        message: `connect ECONNREFUSED ${target}`,
        fixes: [],
      } as const
      live.change(made.tunnelId, {
        status: {
          state: 'broken',
          stop: 'service',
          sinceMs: Date.now(),
          failure: { ...failure, fixes: [] },
        },
      })
      return made
    }),
    addRange: os.addRange.handler(async ({ input: { labId, kind, name, reach, pairs } }) => ({
      tunnelIds: pairs.map(
        ({ port, target }) =>
          live.add(labId, kind, port, { name: `${name} ${port ?? ''}`, target, reach }).tunnelId,
      ),
    })),
    takeBack: os.takeBack.handler(async ({ input: { tunnelIds } }) => {
      for (const tunnelId of tunnelIds) live.remove(tunnelId)
      return {}
    }),
    read: os.read.handler(async ({ input }) => {
      const { kind, reach, name, port, target, madeBy = 'app' } = live.find(input.tunnelId)
      return {
        kind,
        reach,
        name,
        port,
        target,
        settings: {},
        limits: {},
        madeBy,
        canEdit: madeBy !== 'agent',
        createdAtMs: Date.now() - 40 * 86_400_000,
        monthBytes: 31.4e9,
        downTargets: [],
        ...live.world.details?.get(input.tunnelId),
      }
    }),
    save: os.save.handler(async ({ input: { tunnelId, name, port, target, limits } }) => {
      const given = Object.entries({ name, port, target }).filter(([, value]) => value !== undefined)
      const { way } = live.find(tunnelId)
      const isLimited = limits !== undefined && Object.keys(limits).length > 0
      if (limits !== undefined)
        live.world.details = new Map([...(live.world.details ?? []), [tunnelId, { limits }]])
      live.change(tunnelId, {
        ...Object.fromEntries(given),
        ...(way && isLimited ? { way: byServer('limited') } : {}),
      })
      return {}
    }),
    labLimits: {
      read: os.labLimits.read.handler(
        async () => live.world.labLimits ?? { limits: {}, connections: 6, tunnels: 3, monthBytes: 48.2e9 },
      ),
      save: os.labLimits.save.handler(async () => ({})),
    },
  })
}
