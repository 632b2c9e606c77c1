import type { FoundLook, FoundService, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import { model as foreignModel } from '../../testing/found-samples.ts'
import { hearing } from '../../testing/hearing.ts'
import { buttonCalled, feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, notebook, tunnel } from '../../testing/pasted-lab.ts'
import AlsoRunning from './AlsoRunning.vue'

const model: FoundService = { ...foreignModel, owner: 'alice', isMine: true }
const board: FoundService = {
  ...model,
  port: 6006,
  target: '127.0.0.1:6006',
  program: 'tensorboard',
  kind: 'tensorboard',
  name: 'TensorBoard',
}
beforeEach(() => localStorage.clear())

async function mounted(services: FoundService[], tunnels: Tunnel[] = [tunnel]) {
  const { calls, heard } = hearing()
  const look: FoundLook = { state: 'read', atMs: 0, by: 'npc', services, failure: null }
  const page = await mountPage(AlsoRunning, {
    props: { lab, tunnels, others: [] },
    answers: { found: { glance: feedOf(look), add: heard('add'), lead: heard('lead') } },
  })
  await flushPromises()
  return { page, calls, said: () => page.text().replaceAll(/\s+/g, ' ') }
}

test('what runs without a tunnel is one line, and one click adds it', async () => {
  const { page, calls, said } = await mounted([model, board])
  await using _ = page
  expect(said()).toContain('Also running on a100: vLLM on port 8000 and 1 more')
  buttonCalled('Add').click()
  await flushPromises()
  expect(calls).toEqual([['add', { labId: 'l1', port: 8000 }]])
})

test('a notebook that has moved is where its tunnel is led', async () => {
  const moved: FoundService = {
    ...model,
    port: 8889,
    target: '127.0.0.1:8889',
    program: 'jupyter',
    kind: 'jupyter',
  }
  const idle: Tunnel = { ...notebook, status: { state: 'checking', sinceMs: 0 } }
  const { page, calls } = await mounted([moved], [idle])
  await using _ = page
  buttonCalled('Use 8889').click()
  await flushPromises()
  expect(calls).toEqual([['lead', { labId: 'l1', port: 8889, tunnelId: 't2' }]])
})

test('nothing is said of what has a tunnel, is another person’s, the system’s own, or nobody knows', async () => {
  const { page, said } = await mounted(
    [
      { ...board, target: '127.0.0.1:6006' },
      { ...model, isMine: false, owner: 'user2' },
      { ...model, program: 'other', kind: 'tcp', name: 'postgres' },
      { ...model, program: 'ssh', kind: 'ssh', name: 'sshd' },
    ],
    [{ ...notebook, kind: 'tensorboard', target: '127.0.0.1:6006' }],
  )
  await using _ = page
  expect(said()).toBe('')
})

test('what was put away stays away', async () => {
  const { page } = await mounted([model])
  {
    await using _ = page
    await page.get('[aria-label="Do not show this again"]').trigger('click')
    expect(page.text()).toBe('')
  }
  const again = await mounted([model])
  await using _again = again.page
  expect(again.said()).toBe('')
})
