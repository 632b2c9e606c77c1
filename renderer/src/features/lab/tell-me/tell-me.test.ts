import type { LabAlert, LabCard, LabReading } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { feedOf, mountPage } from '../../../testing/mount-page.ts'
import TellMe from './TellMe.vue'

const hourMs = 3_600_000
const startedAtMs = Date.now() - 4 * hourMs
const reading: LabReading = {
  atMs: Date.now(),
  gpus: [0, 1].map((index) => ({
    index,
    name: 'A100',
    usePercent: 0,
    usedBytes: 0,
    totalBytes: 80e9,
    celsius: 30,
    restingSinceMs: index === 1 ? Date.now() - hourMs : null,
    processes: [],
  })),
  gpuFault: null,
  cpu: null,
  memory: null,
  disks: [
    { mount: '/home', usedBytes: 81, totalBytes: 100, isHome: true },
    { mount: '/full', usedBytes: 95, totalBytes: 100, isHome: false },
  ],
  load: null,
  users: [],
  upSinceMs: null,
  processes: [
    {
      pid: 48_211,
      user: 'alice',
      isYours: true,
      name: 'train.py',
      command: 'python train.py',
      startedAtMs,
      cpuThreads: 6,
      residentBytes: 1,
      gpus: [0],
    },
  ],
}
const card: LabCard = { reading, minutes: [], failure: null }

async function pageOf(alerts: LabAlert[]) {
  const asked: unknown[] = []
  const call = async (input: unknown) => {
    asked.push(input)
    return { alertId: 'a9' }
  }
  const page = await mountPage(TellMe, {
    answers: {
      labCard: { watch: feedOf(card) },
      notices: { alerts: { watch: feedOf(alerts), add: call, remove: call } },
    },
    props: { labId: 'l1' },
  })
  await flushPromises()
  return { page, asked }
}

test('offers what can be waited for, and asks for it by a switch', async () => {
  const { page, asked } = await pageOf([])
  await using _ = page
  expect(page.findAll('.item b').map((title) => title.text())).toEqual([
    'train.py ends',
    'Two GPUs are free',
    '/home is over 90 %',
  ])
  expect(page.text()).toContain('pid 48211 · GPU 0')
  expect(page.text()).toContain('for 5 min · now one, GPU 1')
  await page.find('[aria-label="train.py ends"]').trigger('click')
  await flushPromises()
  expect(asked).toEqual([
    { labId: 'l1', wish: { kind: 'process-ends', pid: 48_211, startedAtMs, name: 'train.py' } },
  ])
})

test('what is on stays on its line, also when it is no longer offered, and can be switched off', async () => {
  const { page, asked } = await pageOf([
    { id: 'a1', labId: 'l1', wish: { kind: 'gpus-free', count: 2 } },
    { id: 'a2', labId: 'l1', wish: { kind: 'process-ends', pid: 7, startedAtMs, name: 'gone.py' } },
  ])
  await using _ = page
  const switches = page.findAll('[role=switch]')
  expect(switches.map((one) => [one.attributes('aria-label'), one.attributes('data-state')])).toEqual([
    ['train.py ends', 'unchecked'],
    ['Two GPUs are free', 'checked'],
    ['/home is over 90 %', 'unchecked'],
    ['gone.py ends', 'checked'],
  ])
  await switches[1]?.trigger('click')
  await flushPromises()
  expect(asked).toEqual([{ alertId: 'a1' }])
})
