import type {
  Gpu,
  Lab,
  LabCard as Card,
  LabProcess,
  LabReading,
  Tunnel,
} from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage, type Answers } from '../../../testing/mount-page.ts'
import { lab as pasted, server, tunnel } from '../../../testing/pasted-lab.ts'
import LabCard from './LabCard.vue'

const gibibyte = 1024 ** 3
const lab: Lab = { ...pasted, hasSecret: true }
const training: LabProcess = {
  pid: 48_211,
  user: 'alice',
  isYours: true,
  name: 'train.py',
  command: 'python train.py',
  startedAtMs: 0,
  cpuThreads: 6,
  residentBytes: gibibyte,
  gpus: [0],
}
const gpu = (index: number, part: Partial<Gpu>): Gpu => ({
  index,
  name: 'A100',
  usePercent: 90,
  usedBytes: 60 * gibibyte,
  totalBytes: 80 * gibibyte,
  celsius: 70,
  restingSinceMs: null,
  processes: [],
  ...part,
})
const own = { pid: 48_211, user: 'alice', isYours: true, name: 'train.py', bytes: 60 * gibibyte }
const reading = (part: Partial<LabReading> = {}): LabReading => ({
  atMs: Date.now(),
  gpus: [
    gpu(0, { processes: [own] }),
    // Half a minute more, for the page counts from its own last second.
    gpu(1, { usePercent: 0, usedBytes: 0, restingSinceMs: Date.now() - 6.5 * 60_000 }),
  ],
  gpuFault: null,
  cpu: { usePercent: 75, threads: 64, model: 'EPYC' },
  memory: { usedBytes: 200 * gibibyte, totalBytes: 512 * gibibyte },
  disks: [{ mount: '/home', usedBytes: 9e11, totalBytes: 1e12, isHome: true }],
  load: { one: 1, five: 2, fifteen: 3 },
  users: ['alice'],
  upSinceMs: null,
  processes: [training],
  ...part,
})
const card = (part: Partial<Card>): Card => ({ reading: reading(), minutes: [], failure: null, ...part })

async function pageOf(told: Card | null, more: { lab?: Lab; tunnels?: Tunnel[]; answers?: Answers } = {}) {
  const watch = async () =>
    (async function* () {
      if (told) yield told
      await new Promise(() => undefined)
    })()
  const page = await mountPage(LabCard, {
    answers: { labCard: { watch, ...more.answers } },
    props: { lab: more.lab ?? lab, server, tunnels: more.tunnels ?? [tunnel] },
  })
  await flushPromises()
  return page
}

test('says which GPU is free and which are yours, and keeps what is yours apart', async () => {
  await using page = await pageOf(card({}))
  expect(page.text()).toContain('One GPU is free, one is yours.')
  expect(page.text()).toContain('60 GB of 80 GB')
  expect(page.text()).toContain('Free for 6 min')
  expect(page.find('.procs .yours').text()).toContain('train.py')
  expect(page.text()).toContain('Disk, /home')
})

test('with GPUs, processor, memory, load and every disk have their hour, too', async () => {
  const now = Math.floor(Date.now() / 60_000) * 60_000
  const minutes = [2, 1, 0].map((ago) => ({
    atMs: now - ago * 60_000,
    gpus: [90, 0],
    cpu: 50,
    memory: 40,
    disks: { '/home': 90, '/data': 10 },
    load: 3,
  }))
  const disks = [
    { mount: '/data', usedBytes: 1e11, totalBytes: 1e12, isHome: false },
    { mount: '/home', usedBytes: 9e11, totalBytes: 1e12, isHome: true },
  ]
  await using page = await pageOf(card({ reading: reading({ disks }), minutes }))
  const drawn = page.findAll('.stats svg').map((line) => line.attributes('aria-label'))
  expect(drawn).toEqual(
    ['CPU', 'Memory', 'Disk, /home', 'Load, 1\u00a0min', 'Disk, /data'].map(
      (what) => `${what}: use in the last hour`,
    ),
  )
  const without = card({ reading: reading({ gpus: [], disks }), minutes })
  await using tiles = await pageOf(without)
  expect(tiles.findAll('.gpu').map((tile) => tile.find('header').text())).toEqual([
    'CPUEPYC',
    'Memory',
    'Disk/home',
    'Load1 min',
    'Disk/data',
  ])
  expect(tiles.findAll('.gpu svg')).toHaveLength(5)
})

test('a process of yours can be ended, by force where it does not end', async () => {
  const asked: unknown[] = []
  const endProcess = async (input: { force: boolean }) => {
    asked.push(input)
    return { hasEnded: input.force }
  }
  await using page = await pageOf(card({}), { answers: { endProcess } })
  await page.find('.procs button').trigger('click')
  await page.find('[aria-label="End train.py, pid 48211"]').trigger('click')
  await flushPromises()
  buttonCalled('End process').click()
  await flushPromises()
  buttonCalled('End by force').click()
  await flushPromises()
  expect(asked).toEqual([
    { labId: 'l1', pid: 48_211, startedAtMs: 0, force: false },
    { labId: 'l1', pid: 48_211, startedAtMs: 0, force: true },
  ])
  expect(document.querySelector('[role=dialog]')).toBeNull()
})

test('without GPUs it shows the processor and the busiest processes', async () => {
  await using page = await pageOf(card({ reading: reading({ gpus: [] }) }))
  expect(page.text()).toContain('16 of 64 threads are free.')
  expect(page.text()).toContain('no NVIDIA GPU')
  expect(page.find('table').text()).toContain('python train.py')
})

test('a driver that does not answer is one row with its own words', async () => {
  const gpuFault = { tool: 'nvidia-smi', said: 'Driver/library version mismatch' }
  await using page = await pageOf(card({ reading: reading({ gpus: [], gpuFault }) }))
  expect(page.text()).toContain('The GPU driver on a100 does not answer')
  expect(page.text()).toContain('Driver/library version mismatch')
  expect(page.text()).not.toContain('no NVIDIA GPU')
})

test('before the first answer it says that it is reading, and later how old its values are', async () => {
  await using first = await pageOf(null)
  expect(first.text()).toContain('reading…')
  await using page = await pageOf(card({ reading: reading({ atMs: Date.now() - 3_600_000 }) }))
  expect(page.text()).toContain('as of')
  expect(page.find('.stale').exists()).toBe(true)
  expect(page.text()).not.toContain('free, one')
})

test('of a box that is offline the last values stay, without a second cause', async () => {
  const failure = {
    code: 'ssh-lost',
    params: { host: 'h', reason: 'gone' },
    message: '',
    fixes: [],
  } as const
  const old = card({ reading: reading({ atMs: Date.now() - 3_600_000 }), failure: { ...failure, fixes: [] } })
  const offline: Lab = { ...lab, state: { state: 'offline', sinceMs: 0 } }
  await using page = await pageOf(old, { lab: offline })
  expect(page.text()).toContain('as of')
  expect(page.find('[role=alert]').exists()).toBe(false)
})

test('without a sign-in there is one panel, which leads to it through the SSH tunnel', async () => {
  await using page = await pageOf(null, { lab: pasted })
  expect(page.text()).toContain('This app has not signed in to a100 yet.')
  expect(page.text()).toContain('ssh -p 7003 alice@203.0.113.2')
  buttonCalled('Sign in through its SSH tunnel').click()
  await flushPromises()
  expect(page.vm.$route).toMatchObject({ name: 'sign-in', params: { machine: 'lab', id: 'l1' } })
})

test.each<Tunnel['status']>([
  { state: 'paused' },
  {
    state: 'broken',
    stop: 'service',
    sinceMs: 0,
    failure: { code: 'target-refused', params: { target: '127.0.0.1:22' }, message: '', fixes: [] },
  },
])(
  'while its SSH tunnel does not work, the sign-in through it is not offered but the way to mend it is',
  async (status) => {
    const page = await mountPage(LabCard, {
      answers: {},
      props: { lab: pasted, server, tunnels: [{ ...tunnel, status }] },
    })
    await using _ = page
    expect(page.text()).toContain('its SSH tunnel, which does not work now')
    expect(page.text()).not.toContain('Sign in through')
    expect(page.text()).not.toContain('Add an SSH tunnel')
    buttonCalled('Show its SSH tunnel').click()
    await flushPromises()
    expect(page.vm.$route).toMatchObject({ name: 'tunnel', params: { tunnelId: tunnel.id } })
  },
)

test('of a lab box that is offline neither a sign-in nor a tunnel for it is offered, but what it waits for is said', async () => {
  const offline: Lab = { ...pasted, state: { state: 'offline', sinceMs: 0 } }
  const page = await mountPage(LabCard, { answers: {}, props: { lab: offline, server, tunnels: [] } })
  await using _ = page
  expect(page.text()).toContain('a100 has to be online for it')
  expect(page.find('.sign-in button').exists()).toBe(false)
  const reached: Lab = { ...offline, address: { host: '10.0.0.7', port: 22, user: 'alice' } }
  await page.setProps({ lab: reached })
  expect(page.get('.sign-in button').text()).toBe('Sign in')
})

test('without a sign-in and without an SSH tunnel it adds one, and goes on by itself', async () => {
  const added: unknown[] = []
  const addPreset = async (input: unknown) => {
    added.push(input)
    return { tunnelId: 't1' }
  }
  const page = await mountPage(LabCard, {
    answers: { tunnels: { addPreset } },
    props: { lab: pasted, server, tunnels: [] },
  })
  await using _ = page
  buttonCalled('Add an SSH tunnel').click()
  await flushPromises()
  expect(added).toEqual([{ labId: 'l1', kind: 'ssh' }])
  await page.setProps({ tunnels: [tunnel] })
  await flushPromises()
  expect(page.vm.$route).toMatchObject({ name: 'sign-in' })
})
