import type { Server } from '@nps-desktop/electron/contract'
import type { MachineUse } from '@nps-desktop/relay-core/api'
import { monthAround } from '@nps-desktop/relay-core/api'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { computed } from 'vue'
import { mountPage } from '../../../testing/mount-page.ts'
import { server } from '../../../testing/pasted-lab.ts'
import PlanSheet from './PlanSheet.vue'
import ServerStats from './ServerStats.vue'

const use: MachineUse = {
  atMs: Date.now(),
  cpuPercent: 6.6,
  threads: 2,
  load: 0.14,
  memory: { usedBytes: 0.5 * 1024 ** 3, totalBytes: 2 * 1024 ** 3 },
  disk: { usedBytes: 9e9, totalBytes: 40e9 },
  line: { inBytesPerSecond: 1e6, outBytesPerSecond: 3e6 },
}
const hourMs = 3_600_000

async function show({
  told = use,
  tells = true,
  online = true,
  plan = { monthBytes: 1e12, lineBytesPerSecond: 12e6 },
}: {
  told?: MachineUse | null
  tells?: boolean
  online?: boolean
  plan?: NonNullable<Server['plan']> | null
} = {}) {
  const page = await mountPage(ServerStats, {
    props: {
      server: plan ? { ...server, plan } : server,
      status: { value: computed(() => null), heardAtMs: computed(() => Date.now() - 14 * 60_000) },
      online,
    },
    answers: {
      serverUse: {
        watch: async () =>
          (async function* () {
            yield { use: told, tells }
          })(),
      },
      traffic: {
        history: async () => ({
          periodMs: 6 * hourMs,
          points: [{ atMs: monthAround(Date.now()).startMs, downBytes: 800e9, upBytes: 12e9 }],
        }),
      },
    },
  })
  await flushPromises()
  return page
}

test('five tiles: processor, memory, disk, the busier direction of the line, and the month', async () => {
  await using page = await show()
  const tiles = page.findAll('.tile').map((tile) => tile.get('.v').text())
  expect(tiles).toEqual([
    '7 % of 2 cores',
    '0.5 GB of 2 GB',
    '9.00 GB of 40.0 GB',
    '3.00 MB/s of 12.0',
    '812 GB of 1.00 TB',
  ])
  expect(page.text()).toContain('in 1.00, out 3.00 MB/s')
})

test('what the provider allows is asked for where it is not known, and there is no bar then', async () => {
  await using page = await show({ plan: null })
  expect(page.find('.month .bar').exists()).toBe(false)
  await page.get('.month button').trigger('click')
  expect(page.emitted('plan')).toHaveLength(1)
})

test('an nps that is too old to tell shows what is known all the same, and says why not more', async () => {
  await using page = await show({ told: null, tells: false })
  expect(page.findAll('.tile')).toHaveLength(3)
  expect(page.text()).toContain('too old to tell')
})

test('a server that is silent keeps its last values, with their time', async () => {
  await using page = await show({ told: { ...use, atMs: Date.now() - 14 * 60_000 }, online: false })
  expect(page.get('.health').classes()).toContain('old')
  expect(page.text()).toContain('7 %')
  expect(page.text()).toContain('as of')
})

test('the limits of the contract are typed in GB and Mbit/s; an empty field is none', async () => {
  const saved: unknown[] = []
  await using _ = await mountPage(PlanSheet, {
    props: { server: { ...server, plan: { monthBytes: 1e12, lineBytesPerSecond: null } }, open: true },
    answers: {
      servers: {
        edit: async (input) => {
          saved.push(input)
          return {}
        },
      },
    },
  })
  await flushPromises()
  const sheet = document.querySelector('.sheet')
  const [month, line] = [...(sheet?.querySelectorAll('input') ?? [])]
  expect(month?.value).toBe('1000')
  for (const [field, text] of [
    [month, ''],
    [line, '100'],
  ] as const) {
    if (!field) continue
    field.value = text
    field.dispatchEvent(new Event('input'))
  }
  sheet?.querySelector('form')?.dispatchEvent(new Event('submit'))
  await flushPromises()
  expect(saved).toEqual([{ serverId: 's1', plan: { monthBytes: null, lineBytesPerSecond: 12.5e6 } }])
})
