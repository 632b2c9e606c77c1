import type { Job, Step } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { isOlder } from './is-older.ts'
import MachineVersion from './MachineVersion.vue'
import type { Obstacle } from './MachineVersion.vue'

const step = (id: Step['id'], part: Partial<Step> = {}): Step => ({
  id,
  state: 'waiting',
  startedAtMs: null,
  tookMs: null,
  progress: null,
  facts: [],
  failure: null,
  ...part,
})
const job = (state: Job['state'], steps: Step[]): Job => ({
  id: 'j1',
  kind: 'lab-update',
  serverId: 's1',
  labId: 'l1',
  state,
  steps,
  ports: null,
  writes: [],
})

async function show({
  jobs = [],
  obstacle = null,
  newer = '1.0.1',
}: {
  jobs?: Job[]
  obstacle?: Obstacle | null
  newer?: string | null
} = {}) {
  const calls: unknown[] = []
  const page = await mountPage(MachineVersion, {
    props: { machine: { kind: 'lab', id: 'l1' }, name: 'lab-a100', version: '1.0.0', newer, obstacle },
    answers: {
      jobs: {
        list: async () => jobs,
        watch: async () =>
          (async function* () {
            yield* jobs
          })(),
        cancel: async (input) => {
          calls.push(['cancel', input])
          return {}
        },
      },
      labs: {
        invite: async (input) => {
          calls.push(['invite', input])
          return {
            curl: 'curl -fsSLk https://h:8024/i/x | sh',
            wget: '',
            powershell: 'powershell -c x',
            expiresAtMs: Date.now() + 900_000,
          }
        },
      },
      machineUpdates: {
        lab: async (input) => {
          calls.push(['lab', input])
          return { jobId: 'j1' }
        },
      },
    },
  })
  await flushPromises()
  return { page, calls }
}

test('versions are compared by their numbers', () => {
  expect(isOlder('1.9.0', '1.10.0')).toBe(true)
  expect(isOlder('1.0.0', '1.0.0')).toBe(false)
  expect(isOlder('2.0.0', '1.9.9')).toBe(false)
  expect(isOlder('1.0.0', '')).toBe(false)
})

test('Update names its price, and begins', async () => {
  const { page, calls } = await show()
  await using _ = page
  expect(page.text()).toContain('1.0.0 → 1.0.1')
  expect(page.text()).toContain('back in about 2 s')
  buttonCalled('Update').click()
  await flushPromises()
  expect(calls).toEqual([['lab', { labId: 'l1' }]])
})

test('without a way to update there is no button, and the reason in its place', async () => {
  const { page } = await show({ obstacle: 'noSignIn' })
  await using _ = page
  expect(page.findAll('button')).toHaveLength(0)
  expect(page.text()).toContain('once the app can sign in there')
})

test('the newest has no button either', async () => {
  const { page } = await show({ newer: null })
  await using _ = page
  expect(page.findAll('button')).toHaveLength(0)
})

test('while it uploads it can be cancelled; once it switches it cannot', async () => {
  const progress = { done: 18.2e6, total: 31.4e6, unit: 'bytes' as const }
  const upload = await show({ jobs: [job('running', [step('upload', { state: 'running', progress })])] })
  {
    await using page = upload.page
    expect(page.text()).toContain('Upload npc, 18.2 of 31.4 MB')
    buttonCalled('Cancel').click()
    await flushPromises()
  }
  expect(upload.calls).toEqual([['cancel', { jobId: 'j1' }]])
  const { page } = await show({ jobs: [job('running', [step('switch', { state: 'running' })])] })
  await using _ = page
  expect(page.findAll('button')).toHaveLength(0)
})

test('an update that was undone says so', async () => {
  const failure = {
    code: 'update-undone' as const,
    params: { host: 'lab-a100', program: 'npc', version: '1.0.1', old: '1.0.0', said: '' },
    message: '',
    fixes: [{ action: 'retry' as const }],
  }
  const { page } = await show({ jobs: [job('failed', [step('switch', { state: 'failed', failure })])] })
  await using _ = page
  expect(page.text()).toContain('Version 1.0.1 did not come online in time, so 1.0.0 was put back')
})

test('an npc that this app has not set up is brought up to date by a line, which is made on a click', async () => {
  const { page, calls } = await show({ obstacle: 'byLine' })
  await using _ = page
  expect(page.text()).toContain('This app has not set it up.')
  expect(page.text()).not.toContain('curl')
  buttonCalled('Show the line').click()
  await flushPromises()
  expect(page.text()).toContain('curl -fsSLk https://h:8024/i/x | sh')
  // a line is for one system: the server gets the program for that one
  await page.findAll('[role=tab]').at(-1)?.trigger('mousedown')
  expect(page.text()).not.toContain('curl')
  buttonCalled('Show the line').click()
  await flushPromises()
  expect(page.text()).toContain('powershell -c x')
  expect(calls).toEqual([
    ['invite', { labId: 'l1', platform: 'linux' }],
    ['invite', { labId: 'l1', platform: 'windows' }],
  ])
})

test('a Windows box says how it is brought up to date, and leads to where', async () => {
  const { page } = await show({ obstacle: 'windows' })
  await using _ = page
  expect(page.text()).toContain('press Set up again on its page')
  expect(page.get('a').attributes('href')).toContain('labs/l1')
  const upToDate = await show({ obstacle: 'windows', newer: null })
  await using _upToDate = upToDate.page
  expect(upToDate.page.find('a').exists()).toBe(false)
})
