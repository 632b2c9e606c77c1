import type { Job, ServerUse, Step, StepId } from '@nps-desktop/electron/contract'
import type { World } from './world.ts'
import { hourMs } from './world.ts'
import { few } from './usual-world.ts'

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

/** An app that brings a newer nps and npc; the update of the server has got to `at`. */
function older(at: StepId | null, state: Step['state'] = 'running'): World {
  const base = withUse(few(), Date.now())
  const servers = base.overview.servers.map((server) => ({
    ...server,
    relay: server.relay && { ...server.relay, version: '0.9.4' },
  }))
  const labs = base.overview.labs.map((lab) => ({
    ...lab,
    state: lab.state.state === 'online' ? { ...lab.state, version: '0.9.4' } : lab.state,
  }))
  const world = { ...base, overview: { ...base.overview, servers, labs } }
  return at === null ? world : { ...world, jobs: [updateJob(at, state)] }
}

function updateJob(at: StepId, state: Step['state']): Job {
  const ids: readonly StepId[] = ['connect', 'identity', 'system', 'upload', 'program-starts', 'switch']
  const steps = ids.map((id, index): Step => {
    const isHere = id === at
    return {
      id,
      state: isHere ? state : index < ids.indexOf(at) ? 'done' : 'waiting',
      startedAtMs: null,
      tookMs: null,
      progress: isHere && id === 'upload' ? { done: 18.2e6, total: 53.9e6, unit: 'bytes' } : null,
      facts: [],
      failure:
        isHere && state === 'failed'
          ? {
              code: 'update-undone',
              params: { host: '120.1.1.2', program: 'nps', version: '1.0.0', old: '0.9.4', said: '' },
              message:
                'nps 1.0.0 did not come online on 120.1.1.2, so the one of before (0.9.4) was put back.',
              fixes: [{ action: 'retry' }],
            }
          : null,
    }
  })
  const end = state === 'failed' ? 'failed' : 'running'
  return {
    id: 'j9',
    kind: 'server-update',
    serverId: 's1',
    labId: null,
    state: end,
    steps,
    ports: null,
    writes: [],
  }
}

export const serverWorlds: Readonly<Record<string, () => World>> = {
  'server-unplanned': () => ({ ...few(), serverUse: use(Date.now()) }),
  'server-older': () => older(null),
  'server-updating': () => older('upload'),
  'server-update-undone': () => older('switch', 'failed'),
  'server-old-nps': () => ({ ...few(), serverUse: { use: null, tells: false } }),
}
