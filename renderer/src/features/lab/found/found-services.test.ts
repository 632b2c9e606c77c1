import type { FoundLook, FoundService, Lab, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { type HeardCall, hearing } from '../../../testing/hearing.ts'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { model, notebook } from '../../../testing/found-samples.ts'
import { lab as pasted, server, tunnel } from '../../../testing/pasted-lab.ts'
import FoundServices from './FoundServices.vue'

const lab: Lab = { ...pasted, address: { host: '10.1.1.1', port: 22, user: 'alice' }, hasSecret: true }
const never = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))

async function mounted(look: FoundLook, { tunnels = [] as Tunnel[], calls = [] as HeardCall[] } = {}) {
  const { heard } = hearing(calls)
  const watch = async (_input: never, options?: { signal?: AbortSignal }) =>
    (async function* () {
      yield look
      await never(options?.signal)
    })()
  const page = await mountPage(FoundServices, {
    answers: { found: { watch, add: heard('add'), lead: heard('lead'), setOn: heard('setOn') } },
    props: { lab, server, tunnels, others: [] },
  })
  await flushPromises()
  return page
}
const read = (...services: FoundService[]): FoundLook => ({
  state: 'read',
  atMs: Date.now(),
  by: 'ssh',
  services,
  failure: null,
})

test('what has no tunnel is a row, and what has one is named in the foot', async () => {
  const board: FoundService = { ...notebook, port: 6006, target: '127.0.0.1:6006', program: 'tensorboard' }
  const tunnels: Tunnel[] = [{ ...tunnel, kind: 'tensorboard', target: 'localhost:6006' }]
  const calls: HeardCall[] = []
  await using page = await mounted(read(notebook, board), { tunnels, calls })
  expect(page.findAll('[data-found]')).toHaveLength(1)
  expect(page.text()).toContain('~/project-x')
  expect(page.text()).toContain('6006 has a tunnel')
  buttonCalled('Add').click()
  await flushPromises()
  expect(calls).toEqual([['add', { labId: 'l1', port: 8889 }]])
})

test("somebody else's service says whose it is before it gets a tunnel", async () => {
  const calls: HeardCall[] = []
  await using page = await mounted(read(model), { calls })
  expect(page.text()).toContain('user2')
  buttonCalled('Add').click()
  await flushPromises()
  expect(page.text()).toContain('vLLM of user2 will be reachable by you.')
  expect(calls).toEqual([])
  buttonCalled('Add it').click()
  await flushPromises()
  expect(calls).toEqual([['add', { labId: 'l1', port: 8000 }]])
})

test('a notebook that has moved is offered to the tunnel that still leads to its old port', async () => {
  const idle: Tunnel = {
    ...tunnel,
    id: 't8',
    kind: 'jupyter',
    name: 'Notes',
    target: '127.0.0.1:8888',
    status: { state: 'checking', sinceMs: 0 },
  }
  const calls: HeardCall[] = []
  await using page = await mounted(read(notebook), { tunnels: [idle], calls })
  expect(page.text()).toContain('Notes leads to port 8888, where nothing runs now.')
  buttonCalled('Use 8889').click()
  await flushPromises()
  expect(calls).toEqual([['lead', { labId: 'l1', port: 8889, tunnelId: 't8' }]])
})

test('nothing found, the first look, a look that failed, and one that is off each say so', async () => {
  for (const [look, words] of [
    [read(), 'No notebook, board or model server runs here.'],
    [{ state: 'unseen', failure: null }, 'Looking…'],
    [
      {
        state: 'unseen',
        failure: { code: 'ssh-lost', params: { host: 'a', reason: 'x' }, message: '', fixes: [] },
      },
      'a',
    ],
    [{ state: 'off' }, 'The app does not look at what runs on a100.'],
    [{ state: 'untold', why: 'npc-old' }, 'is told by a newer npc there'],
    [{ state: 'untold', why: 'npc-off' }, '-discover=false'],
  ] as const satisfies readonly (readonly [FoundLook, string])[]) {
    await using page = await mounted(look as FoundLook)
    expect(page.text()).toContain(words)
    // an empty strip says nothing
    expect(page.findAll('.foot').filter((foot) => foot.text() === '')).toEqual([])
  }
  const calls: HeardCall[] = []
  await using _page = await mounted({ state: 'off' }, { calls })
  buttonCalled('Look there').click()
  await flushPromises()
  expect(calls).toEqual([['setOn', { labId: 'l1', isOn: true }]])
})

test('by keyboard: ↓ goes to the next program, ↵ adds its tunnel', async () => {
  const calls: HeardCall[] = []
  await using page = await mounted(read(notebook, { ...model, isMine: true }), { calls })
  const [first, second] = page.findAll('[data-found]')
  await first?.trigger('keydown', { key: 'ArrowDown' })
  expect(document.activeElement).toBe(second?.element)
  await second?.trigger('keydown', { key: 'Enter' })
  await flushPromises()
  expect(calls).toEqual([['add', { labId: lab.id, port: 8000 }]])
})
