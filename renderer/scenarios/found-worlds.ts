import type { FoundService } from '@nps-desktop/electron/contract'
import { broken } from './world.ts'
import type { World } from './world.ts'
import { few } from './worlds.ts'

const base = { isMine: true, owner: 'goudan' } as const
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
  },
  {
    ...at(8000),
    program: 'vllm',
    kind: 'llm',
    name: 'vLLM',
    about: [{ what: 'model', text: 'Qwen2.5-7B-Instruct' }],
    isMine: false,
    owner: 'user2',
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

function found(): World {
  const world = few()
  world.found.set('l1', { state: 'read', atMs: Date.now() - 20_000, services, failure: null })
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
  world.found.set('l1', { state: 'read', atMs: Date.now() - 2_000, services: left, failure: null })
  return world
}

function foundOff(): World {
  const world = few()
  world.found.set('l1', { state: 'off' })
  return world
}

/** The session could not be opened. */
function foundUnread(): World {
  const world = few()
  const failure = {
    code: 'ssh-timeout',
    params: { host: '10.20.3.7', port: 22, seconds: 20 },
    message: 'no answer within 20 s',
    fixes: [{ action: 'retry' }],
  } as const
  world.found.set('l1', { state: 'unread', failure: { ...failure, fixes: [{ action: 'retry' }] } })
  return world
}

export const foundWorlds: Record<string, () => World> = {
  found,
  'found-moved': foundMoved,
  'found-off': foundOff,
  'found-unread': foundUnread,
}
