import type { Failure, Lab, ServiceStart, StartChoices, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { type HeardCall, hearing } from '../../../testing/hearing.ts'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { lab as pasted, server, tunnel } from '../../../testing/pasted-lab.ts'
import StartSheet from './StartSheet.vue'

const lab: Lab = { ...pasted, address: { host: '10.1.1.1', port: 22, user: 'alice' }, hasSecret: true }
const conda = {
  path: '/home/alice/miniconda3/envs/llm/bin/python',
  kind: 'conda',
  name: 'llm',
  version: '3.10',
  program: 'JupyterLab 4.2.1',
  installs: null,
  torch: null,
} as const
const choices: StartChoices = {
  user: 'alice',
  environments: [
    conda,
    { ...conda, path: '/usr/bin/python3', kind: 'system', name: 'python3', program: null },
  ],
  folders: ['~/project-x', '~'],
  port: 8890,
  keptBy: 'tmux',
  canRestart: true,
}
const start: ServiceStart = {
  what: 'jupyter',
  port: 8890,
  environment: 'llm',
  folder: '~/project-x',
  keptBy: 'tmux',
  restarts: false,
  state: 'running',
  steps: [
    { id: 'environment', state: 'done', startedAtMs: 0, tookMs: 400 },
    { id: 'answer', state: 'running', startedAtMs: 0, tookMs: null },
    { id: 'tunnel', state: 'waiting', startedAtMs: null, tookMs: null },
  ],
  log: ['Serving notebooks'],
  tunnelId: null,
  failure: null,
}

async function mounted(
  now: ServiceStart | null,
  { found = choices, calls = [] as HeardCall[], tunnels = [] as Tunnel[] } = {},
) {
  const { heard } = hearing(calls)
  const page = await mountPage(StartSheet, {
    answers: {
      starts: { choices: () => Promise.resolve(found), start: heard('start'), cancel: heard('cancel') },
    },
    props: { lab, server, what: 'jupyter', tunnels, start: now, open: true },
  })
  await flushPromises()
  return page
}
const said = (): string => document.querySelector('.sheet')?.textContent ?? ''

test('the form offers what has Jupyter, and starts with what was chosen', async () => {
  const calls: HeardCall[] = []
  await using page = await mounted(null, { calls })
  expect(said()).toContain('It runs there as alice')
  expect(said()).toContain('JupyterLab 4.2.1')
  expect(said()).toContain('One other has no Jupyter.')
  const [folder, port] = document.querySelectorAll<HTMLInputElement>('.sheet input[type=text]')
  expect([folder?.value, port?.value]).toEqual(['~/project-x', '8890'])
  document.querySelectorAll<HTMLInputElement>('.sheet input[type=radio]')[2]?.click()
  await flushPromises()
  document.querySelector<HTMLFormElement>('.sheet form')?.requestSubmit()
  await flushPromises()
  const wish = { environment: conda.path, folder: '~/project-x', port: 8890, restarts: false, tunnel: true }
  expect(calls).toEqual([['start', { labId: 'l1', what: 'jupyter', ...wish }]])
  await page.setProps({ start })
  expect(said()).toContain('Serving notebooks')
  buttonCalled('Stop it').click()
  await flushPromises()
  expect(calls.at(-1)).toEqual(['cancel', { labId: 'l1' }])
})

test('without an environment that has it, the sheet says how to install it', async () => {
  await using _page = await mounted(null, { found: { ...choices, environments: [] } })
  expect(said()).toContain('No Python environment on a100 has Jupyter.')
  expect(buttonCalled('Start Jupyter').disabled).toBe(true)
})

const failure: Failure = {
  code: 'start-failed',
  params: { lab: 'a100', service: 'Jupyter', said: 'Disk quota exceeded' },
  message: '',
  fixes: [],
}

test('a start that fails shows its cause and leads back; what it printed can be copied', async () => {
  await using page = await mounted(start)
  await page.setProps({ start: { ...start, state: 'failed', failure } })
  expect(said()).toContain('Disk quota exceeded')
  expect(said()).toContain('Nothing was left behind')
  // llm is the one that failed, and the other has no Jupyter
  expect(said()).not.toContain('already')
  buttonCalled('Copy').click()
  await flushPromises()
  expect(await navigator.clipboard.readText()).toBe('Serving notebooks')
  buttonCalled('Back').click()
  await flushPromises()
  expect(said()).toContain('How it is kept running')
})

test('a start that failed goes on in the environment that has the program, with what was chosen', async () => {
  const calls: HeardCall[] = []
  await using page = await mounted(start, { calls })
  const failed = { ...start, environment: 'python3', state: 'failed' } as const
  await page.setProps({ start: { ...failed, failure } })
  await flushPromises()
  expect(said()).toContain('The environment llm has Jupyter already.')
  buttonCalled('Use llm').click()
  await flushPromises()
  const wish = { environment: conda.path, folder: '~/project-x', port: 8890, restarts: false, tunnel: true }
  expect(calls).toEqual([['start', { labId: 'l1', what: 'jupyter', ...wish }]])
})

test('a start that was to have no tunnel gets none in the other environment either', async () => {
  const calls: HeardCall[] = []
  await using page = await mounted(start, { calls })
  const steps = start.steps.filter(({ id }) => id !== 'tunnel')
  await page.setProps({ start: { ...start, environment: 'python3', state: 'failed', steps, failure } })
  await flushPromises()
  buttonCalled('Use llm').click()
  await flushPromises()
  expect(calls).toMatchObject([['start', { environment: conda.path, tunnel: false }]])
})

test('a start that is done shows its tunnel and opens it', async () => {
  const notebook: Tunnel = {
    ...tunnel,
    id: 't9',
    kind: 'jupyter',
    reach: 'laptop',
    address: 'http://127.0.0.1:8890',
  }
  await using page = await mounted(start, { tunnels: [notebook] })
  await page.setProps({ start: { ...start, state: 'done', tunnelId: 't9' } })
  expect(said()).toContain('Jupyter is running on a100.')
  expect(said()).toContain('http://127.0.0.1:8890')
  expect(buttonCalled('Open notebook').type).toBe('submit')
})
