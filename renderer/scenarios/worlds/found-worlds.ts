import type { FoundService, ServiceStart, StartChoices, StartStepId } from '@nps-desktop/electron/contract'
import { broken } from './world.ts'
import type { World } from './world.ts'
import { few } from './usual-world.ts'

const base = { isMine: true, owner: 'goudan', isStarted: false } as const
const at = (port: number) => ({ port, target: `127.0.0.1:${port}` })

/** What runs on a shared machine with GPUs, as the account goudan sees it. */
const services: FoundService[] = [
  { ...base, ...at(8888), program: 'jupyter', kind: 'jupyter', name: 'Jupyter', about: [] },
  {
    ...base,
    ...at(8889),
    program: 'jupyter',
    kind: 'jupyter',
    name: 'Jupyter',
    about: [
      { what: 'folder', text: '~/project-x' },
      { what: 'conda', text: 'llm' },
    ],
  },
  { ...base, ...at(6006), program: 'tensorboard', kind: 'tensorboard', name: 'TensorBoard', about: [] },
  {
    ...base,
    ...at(6007),
    program: 'tensorboard',
    kind: 'tensorboard',
    name: 'TensorBoard',
    about: [{ what: 'logdir', text: '~/runs/llama-ft' }],
    isStarted: true,
  },
  {
    ...at(8000),
    program: 'vllm',
    kind: 'llm',
    name: 'vLLM',
    about: [{ what: 'model', text: 'Qwen2.5-7B-Instruct' }],
    isMine: false,
    owner: 'user2',
    isStarted: false,
  },
  {
    ...base,
    ...at(7860),
    program: 'gradio',
    kind: 'web',
    name: 'Gradio',
    about: [{ what: 'script', text: '~/demo/app.py' }],
  },
]

const choices: StartChoices = {
  user: 'goudan',
  environments: [
    {
      path: '/home/goudan/miniconda3/envs/llm/bin/python',
      kind: 'conda',
      name: 'llm',
      version: '3.10',
      program: 'JupyterLab 4.2.1',
      installs: null,
      torch: '2.4.0',
    },
    {
      path: '/home/goudan/miniconda3/bin/python',
      kind: 'conda',
      name: 'base',
      version: '3.11',
      program: 'JupyterLab 4.1.0',
      installs: null,
      torch: null,
    },
    {
      path: '/home/goudan/project-x/.venv/bin/python',
      kind: 'uv',
      name: 'project-x/.venv',
      version: '3.12',
      program: 'Notebook 7.2.2',
      installs: null,
      torch: null,
    },
    {
      path: '/home/goudan/miniconda3/envs/vit/bin/python',
      kind: 'conda',
      name: 'vit',
      version: '3.9',
      program: null,
      installs: { by: 'pip', bytes: 218e6 },
      torch: '2.1.0',
    },
  ],
  folders: ['~/project-x', '~'],
  port: 8890,
  keptBy: 'systemd-user',
  canRestart: true,
}

/** A start of Jupyter that has come as far as one step. */
function startAt(at: StartStepId | null, part: Partial<ServiceStart>): ServiceStart {
  const took: Record<StartStepId, number> = {
    environment: 400,
    port: 100,
    install: 0,
    start: 1_100,
    answer: 6_200,
    tunnel: 900,
  }
  const ids = (Object.keys(took) as StartStepId[]).filter((id) => took[id] > 0)
  const now = at === null ? ids.length : ids.indexOf(at)
  const last = part.state === 'failed' ? ('failed' as const) : ('running' as const)
  return {
    what: 'jupyter',
    port: 8890,
    environment: 'llm',
    folder: '~/project-x',
    keptBy: 'systemd-user',
    restarts: true,
    state: 'running',
    steps: ids.map((id, index) => ({
      id,
      state: index < now ? 'done' : index === now ? last : 'waiting',
      startedAtMs: index > now ? null : Date.now() - 6_000,
      tookMs: index < now || (index === now && last === 'failed') ? took[id] : null,
    })),
    log: [],
    tunnelId: null,
    failure: null,
    ...part,
  }
}

function starting(start: ServiceStart | null): World {
  const world = found()
  return { ...world, choices, start }
}

function found(): World {
  const world = few()
  world.found.set('l1', { state: 'read', by: 'ssh', atMs: Date.now() - 20_000, services, failure: null })
  return world
}

/** Jupyter has taken the next port, and its tunnel still leads to the old one. */
function foundMoved(): World {
  const world = found()
  const failure = {
    code: 'target-refused',
    params: { lab: 'lab-a100', target: '127.0.0.1:8888' },
    message: 'connect ECONNREFUSED 127.0.0.1:8888',
    fixes: [],
  } as const
  world.overview.tunnels = world.overview.tunnels.map((one) =>
    one.kind === 'jupyter' ? broken(one, 'service', { ...failure, fixes: [] }) : one,
  )
  const left = services.filter(({ port }) => port !== 8888)
  world.found.set('l1', { state: 'read', by: 'ssh', atMs: Date.now() - 2_000, services: left, failure: null })
  return world
}

function foundOff(): World {
  const world = few()
  world.found.set('l1', { state: 'off' })
  return world
}

/** The first look is under way. */
function foundLooking(): World {
  const world = few()
  world.found.set('l1', { state: 'unseen', failure: null })
  return world
}

/** The session could not be opened. */
function foundUnseen(): World {
  const world = few()
  const failure = {
    code: 'ssh-timeout',
    params: { host: '10.20.3.7', port: 22, seconds: 20 },
    message: 'no answer within 20 s',
    fixes: [{ action: 'retry' }],
  } as const
  world.found.set('l1', { state: 'unseen', failure: { ...failure, fixes: [{ action: 'retry' }] } })
  return world
}

/** Without a sign-in: npc tells, without what leaves files. */
function foundByNpc(): World {
  const world = few()
  world.overview.labs = world.overview.labs.map((lab) =>
    lab.id === 'l1' ? { ...lab, hasSecret: false } : lab,
  )
  const told = services.map((one) => ({ ...one, isStarted: false }))
  world.found.set('l1', { state: 'read', by: 'npc', atMs: Date.now() - 4_000, services: told, failure: null })
  return world
}

function foundUntold(): World {
  const world = foundByNpc()
  world.found.set('l1', { state: 'untold', why: 'npc-old' })
  return world
}

export const foundWorlds: Record<string, () => World> = {
  found,
  'found-moved': foundMoved,
  'found-off': foundOff,
  'found-looking': foundLooking,
  'found-npc': foundByNpc,
  'found-untold': foundUntold,
  'found-unseen': foundUnseen,
  'start-form': () => starting(null),
  'start-none': () => ({ ...starting(null), choices: { ...choices, environments: [] } }),
  'start-new': () => {
    const bare = choices.environments.filter(({ program }) => program === null)
    const own = '.local/share/nps-desktop/python'
    const made = { kind: 'new', name: own, path: `/home/goudan/${own}/bin/python` } as const
    const installs = { by: 'venv', bytes: 244e6 } as const
    const fresh = { ...made, version: '3.11', program: null, torch: null, installs }
    return { ...starting(null), choices: { ...choices, environments: [fresh, ...bare] } }
  },
  'start-failed': () =>
    starting(
      startAt('answer', {
        state: 'failed',
        environment: 'vit',
        log: ['OSError: [Errno 122] Disk quota exceeded'],
        failure: {
          code: 'start-failed',
          params: { lab: 'lab-a100', service: 'Jupyter', said: 'OSError: [Errno 122] Disk quota exceeded' },
          message: 'Jupyter did not start on lab-a100: OSError: [Errno 122] Disk quota exceeded',
          fixes: [],
        },
      }),
    ),
  'start-done': () => starting(startAt(null, { state: 'done', tunnelId: 't8888' })),
  'start-progress': () =>
    starting(
      startAt('answer', {
        log: [
          '[I 10:44:21 ServerApp] jupyterlab | extension was successfully loaded.',
          '[I 10:44:22 ServerApp] Serving notebooks from local directory: /home/goudan/project-x',
          '[I 10:44:24 LabApp] JupyterLab application directory is /home/goudan/miniconda3/envs/llm',
        ],
      }),
    ),
}
