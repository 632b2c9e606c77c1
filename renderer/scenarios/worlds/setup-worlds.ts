import { labSetupSteps, serverSetupSteps } from '@nps-desktop/electron/contract'
import type { Fact, Failure, Job, PortReport, Step, StepId } from '@nps-desktop/electron/contract'
import { serverWorlds, withUse } from './server-worlds.ts'
import { broken, lab, server, tunnel } from './world.ts'
import type { World } from './world.ts'
import { serverDown } from './fault-worlds.ts'
import { few, world } from './usual-world.ts'

const cloud = '120.1.1.2'
const hz = server('s1', 'cloud-hz', cloud, 12)
const bare = server('s1', 'cloud-hz', cloud, 12, { relay: null, link: { state: 'not-set-up' } })

const facts: Partial<Record<StepId, Fact[]>> = {
  connect: [{ code: 'signed-in', params: { user: 'root', host: cloud, ms: 412 } }],
  identity: [{ code: 'is-root', params: { user: 'root' } }],
  system: [
    { code: 'system', params: { os: 'Ubuntu 22.04', arch: 'x86_64', kernel: '5.15', libc: 'glibc 2.35' } },
    { code: 'disk-free', params: { path: '/usr', freeBytes: 30.9e9, neededBytes: 340e6 } },
  ],
  'free-ports': [{ code: 'bridge-port-free', params: { port: 8024 } }],
  upload: [{ code: 'uploaded', params: { bytes: 39.4e6, program: 'nps' } }],
  service: [{ code: 'start-kind', params: { kind: 'systemd' } }],
}
const took: Partial<Record<StepId, number>> = {
  connect: 812,
  system: 930,
  upload: 41_200,
  start: 310,
  bridge: 12,
}

/** A job that stands at one step; those before it are done. */
function job(
  at: StepId | 'end',
  how: 'running' | 'failed',
  part: Partial<Job> = {},
  step: Partial<Step> = {},
): Job {
  const ids: readonly StepId[] = part.kind === 'lab-setup' ? labSetupSteps : serverSetupSteps
  const reached = at === 'end' ? ids.length : ids.indexOf(at)
  return {
    id: part.kind ?? 'server-setup',
    kind: 'server-setup',
    serverId: 's1',
    labId: null,
    state: at === 'end' ? 'done' : how,
    ports: null,
    writes: ['/usr/bin/nps', '/etc/nps/', '/etc/systemd/system/nps.service'],
    steps: ids.map((id, index) => ({
      id,
      state: index < reached ? 'done' : index === reached ? how : 'waiting',
      startedAtMs: null,
      tookMs: index < reached ? (took[id] ?? 180) : null,
      progress: null,
      facts: index < reached ? (facts[id] ?? []) : [],
      failure: null,
      ...(index === reached ? step : {}),
    })),
    ...part,
  }
}

function report(
  part: Partial<PortReport>,
  look: (from: number) => PortReport['cells'][number]['state'],
): PortReport {
  const cells = Array.from({ length: 40 }, (_, index) => {
    const from = 7000 + index * 50
    const to = index === 39 ? 9000 : from + 49
    const state = look(from)
    return { from, to, tried: to - from + 1, open: state === 'open' ? to - from + 1 : 0, state }
  })
  const count = (state: string): number =>
    cells.filter((cell) => cell.state === state).reduce((sum, cell) => sum + cell.tried, 0)
  return {
    range: { from: 7000, to: 9000 },
    bridge: { port: 8024, state: 'open', ms: 12 },
    cells,
    tried: 2001,
    open: count('open'),
    noAnswer: count('no-answer'),
    closedOnServer: count('closed-on-server'),
    used: [],
    others: [
      { port: 22, program: 'sshd', state: 'open', ms: 12 },
      { port: 443, program: 'nginx', state: 'open', ms: 12 },
      { port: 8080, program: 'nps', state: 'open', ms: 12 },
    ],
    cause: 'none',
    rendezvous: { ports: [8024, 8025], state: 'open', ms: 12, cause: 'none' },
    hostFirewall: null,
    provider: null,
    checkedAtMs: Date.now() - 130_000,
    ...part,
  }
}

const dropped = report(
  {
    cause: 'security-group',
    provider: {
      id: 'aliyun',
      instance: 'i-bp1c0x7k2',
      region: 'cn-hangzhou',
      consoleUrl: 'https://ecs.console.aliyun.com/securityGroup/region/cn-hangzhou',
      rule: { protocol: 'Custom TCP', ports: '7000/9000', source: '0.0.0.0/0' },
      udpRule: { protocol: 'Custom UDP', ports: '8024/8025', source: '0.0.0.0/0' },
    },
    rendezvous: { ports: [8024, 8025], state: 'no-answer', ms: null, cause: 'security-group' },
  },
  (from) => (from === 8000 || from === 8050 ? 'open' : 'no-answer'),
)
const closed = report(
  {
    cause: 'host-firewall',
    used: [{ port: 7003, program: 'nginx (pid 811)' }],
    hostFirewall: {
      tool: 'ufw',
      command: 'ufw allow 8850:9000/tcp && ufw allow 8024:8025/udp',
      canApply: true,
    },
    rendezvous: { ports: [8024, 8025], state: 'closed-on-server', ms: null, cause: 'host-firewall' },
  },
  (from) => (from >= 8850 ? 'closed-on-server' : from === 7000 ? 'used' : 'open'),
)

/** A rule of somebody else's keeps the same ports shut. */
const kept: PortReport = {
  ...closed,
  hostFirewall: {
    tool: 'ufw',
    command: 'ufw delete deny 8850:9000/tcp && ufw allow 8850:9000/tcp',
    canApply: false,
    kept: 'deny 8850:9000/tcp',
  },
}

/** Everything that tunnels need is open; what makes private ones faster is not. */
const withoutUdp = report(
  {
    open: 2001,
    hostFirewall: { tool: 'ufw', command: 'ufw allow 8024:8025/udp', canApply: true },
    rendezvous: { ports: [8024, 8025], state: 'closed-on-server', ms: null, cause: 'host-firewall' },
  },
  () => 'open',
)
const udpDropped: PortReport = {
  ...withoutUdp,
  hostFirewall: null,
  rendezvous: { ports: [8024, 8025], state: 'no-answer', ms: null, cause: 'security-group' },
  provider: dropped.provider && { ...dropped.provider, rule: null },
}

const blocked = (
  code: 'ports-blocked-by-security-group' | 'ports-blocked-by-host-firewall' | 'ports-blocked-somewhere',
): Failure => ({
  code,
  params: {
    host: '120.1.1.2',
    ports: '7000-9000',
    ...(code.endsWith('group') ? { provider: 'aliyun' } : {}),
  },
  message: 'ports get no answer',
  fixes: [{ action: 'retry' }],
})

function settingUp(now: Job, set = false): () => World {
  return () => world({ servers: [set ? hz : bare] }, { jobs: [now] })
}

const box = lab('l1', 's1', 'lab-a100', { state: { state: 'waiting' }, startKind: 'unknown' })
const pasted = { ...box, address: null, hasSecret: false }
const here = lab('l1', 's1', 'lab-a100', { startKind: 'background' })
const done = job('end', 'running')
const labJob =
  (now: Job): (() => World) =>
  () =>
    world({ servers: [hz], labs: [box] }, { jobs: [done, now] })

/** The wizards and the pages of machines, in their states. */
export const setupWorlds: Record<string, () => World> = {
  'setup-begun': () => world({ servers: [bare] }),
  'setup-check': settingUp(job('system', 'running')),
  'setup-upload': settingUp(
    job('upload', 'running', {}, { progress: { done: 18.2e6, total: 31.4e6, unit: 'bytes' } }),
  ),
  'setup-sudo': settingUp(
    job(
      'identity',
      'failed',
      {},
      {
        failure: {
          code: 'sudo-password-rejected',
          params: { host: '120.1.1.2', user: 'goudan' },
          message: 'sudo: 1 incorrect password attempt',
          fixes: [{ action: 'enter-sudo-password' }, { action: 'install-without-root' }],
        },
      },
    ),
  ),
  'setup-taken': settingUp(
    job(
      'free-ports',
      'failed',
      {},
      {
        failure: {
          code: 'port-in-use',
          params: { host: '120.1.1.2', port: 8024, program: 'nps', free: 8025 },
          message: 'nps (pid 811) listens on 8024',
          fixes: [{ action: 'use-port', port: 8025 }, { action: 'retry' }],
        },
      },
    ),
  ),
  'setup-trying': settingUp(
    job(
      'port-range',
      'running',
      { ports: report({ tried: 160, open: 160 }, (from) => (from < 8000 ? 'open' : 'untried')) },
      {
        progress: { done: 640, total: 2001, unit: 'ports' },
      },
    ),
    true,
  ),
  'setup-ports': settingUp(
    job('port-range', 'failed', { ports: dropped }, { failure: blocked('ports-blocked-by-security-group') }),
    true,
  ),
  'setup-ports-host': settingUp(
    job('port-range', 'failed', { ports: closed }, { failure: blocked('ports-blocked-by-host-firewall') }),
    true,
  ),
  'setup-ports-done': settingUp(job('end', 'running', { ports: withoutUdp }), true),
  'setup-bridge': settingUp(
    job(
      'bridge',
      'failed',
      {},
      {
        failure: {
          code: 'bridge-blocked',
          params: { port: 8024, host: cloud },
          message: 'connect ETIMEDOUT',
          fixes: [{ action: 'retry' }],
        },
      },
    ),
    true,
  ),
  'setup-lab': () => world({ servers: [hz] }, { jobs: [done] }),
  'setup-lab-paste': () => world({ servers: [hz], labs: [pasted] }, { jobs: [done] }),
  'setup-lab-job': labJob(job('service', 'running', { kind: 'lab-setup', labId: 'l1' })),
  'setup-lab-failed': labJob(
    job(
      'connect',
      'failed',
      { kind: 'lab-setup', labId: 'l1' },
      {
        failure: {
          code: 'login-rejected',
          params: { user: 'goudan', host: '10.20.3.7', methods: 'publickey', tried: 'password' },
          message: 'All configured authentication methods failed',
          fixes: [{ action: 'enter-secret' }, { action: 'edit-address' }],
        },
      },
    ),
  ),
  'setup-lab-online': () => world({ servers: [hz], labs: [here] }, { jobs: [done] }),
  'setup-tunnels': () => {
    const refused: Failure = {
      code: 'target-refused',
      params: { target: '127.0.0.1:8888' },
      message: 'connect ECONNREFUSED 127.0.0.1:8888',
      fixes: [
        { action: 'start-service', command: 'jupyter lab --no-browser --port 8888' },
        { action: 'retry' },
      ],
    }
    const tunnels = [
      tunnel(here, cloud, 'ssh', 7001),
      broken(tunnel(here, cloud, 'jupyter', 8888), 'service', refused),
    ]
    return world({ servers: [hz], labs: [here], tunnels }, { jobs: [done] })
  },
  'server-closed-ports': () => ({ ...few(), ports: new Map([['s1', closed]]) }),
  'server-kept-rule': () => ({ ...few(), ports: new Map([['s1', kept]]) }),
  ...serverWorlds,
  'server-well': () => ({
    ...withUse(few(), Date.now()),
    ports: new Map([['s1', report({ open: 2001 }, () => 'open')]]),
    systemUpdates: {
      system: 'Ubuntu 22.04.5 LTS',
      packages: ['libssl3', 'linux-image-5.15.0-126-generic', 'openssh-server'],
      listedAtMs: Date.now() - 3 * 3_600_000,
      command: 'apt-get update && apt-get dist-upgrade',
      atMs: Date.now(),
    },
  }),
  'server-line': () => {
    const base = withUse(few(), Date.now())
    base.overview.labs = base.overview.labs.map((one) => ({
      ...one,
      startKind: 'unknown',
      state: one.state.state === 'online' ? { ...one.state, version: '0.9.4' } : one.state,
    }))
    return base
  },
  'server-away': () => {
    const world = withUse(serverDown(), Date.now() - 14 * 60_000)
    const open = report({ tried: 2001, open: 2001 }, () => 'open')
    return { ...world, ports: new Map([['s1', { ...open, checkedAtMs: Date.now() - 14 * 60_000 }]]) }
  },
  'server-udp-dropped': () => ({ ...few(), ports: new Map([['s1', udpDropped]]) }),
  'server-dropped-ports': () => ({ ...few(), ports: new Map([['s1', dropped]]) }),
  'lab-offline': () => {
    const base = few()
    const failed: Failure = {
      code: 'agent-offline',
      params: { lab: 'lab-a100' },
      message: 'the lab box is offline',
      fixes: [],
    }
    base.overview.labs = base.overview.labs.map((one) => ({
      ...one,
      startKind: 'background',
      state: { state: 'offline', sinceMs: Date.now() - 25_000_000 },
    }))
    base.overview.tunnels = base.overview.tunnels.map((one) => broken(one, 'lab', failed))
    return base
  },
}
