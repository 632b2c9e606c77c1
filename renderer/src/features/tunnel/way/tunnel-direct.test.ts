import type { PathTest, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { notebook } from '../../../testing/pasted-lab.ts'
import DirectSetting from './DirectSetting.vue'
import TunnelConnections from '../TunnelConnections.vue'
import TunnelPath from '../TunnelPath.vue'

const tunnel: Tunnel = {
  ...notebook,
  way: { way: 'direct', sinceMs: 0, roundTripMs: 12 },
  connections: 2,
}
const names = { serverName: 'cloud-hz', labName: 'lab-a100' }
const leg = (name: PathTest['legs'][number]['leg'], roundTripMs: number, mbit: number | null) => {
  const speed = mbit === null ? null : (mbit * 1_000_000) / 8
  return {
    leg: name,
    measured: { roundTripMs, variesMs: 1, downBytesPerSecond: speed, upBytesPerSecond: speed },
    failure: null,
  }
}
const legs: PathTest['legs'] = [leg('server', 12, 41.2), leg('lab', 34, 6.2), leg('service', 1, null)]

async function tested(result: PathTest) {
  const answer = Promise.withResolvers<PathTest>()
  const page = await mountPage(TunnelPath, {
    props: { tunnel, ...names },
    answers: { pathTest: { run: () => answer.promise } },
  })
  expect(page.text()).toContain('up to 6 s')
  buttonCalled('Test').click()
  await flushPromises()
  expect(page.text()).toContain('Testing, up to 6 s…')
  answer.resolve(result)
  await flushPromises()
  return page
}

test('the path test shows the direct way beside the legs of the way through the server, and that it goes around the slow one', async () => {
  const measured = { roundTripMs: 12, lostPart: 0.002, upBytesPerSecond: 11_050_000 }
  await using page = await tested({ atMs: 1, slow: 'lab', legs, direct: { measured } })
  expect(page.text()).toContain('is slow; direct goes around it.')
  const row = page.get('.sum').text()
  for (const part of ['lab-a100, direct', '12 ms', '0.2 % lost', '↑ 88.4', 'in use'])
    expect(row).toContain(part)
})

test('without a direct way the last row is all of the way; one that falls silent meanwhile says so', async () => {
  {
    await using page = await tested({ atMs: 1, slow: null, legs, direct: null })
    const row = page.get('.sum').text()
    for (const part of ['All the way → Jupyter', '47 ms', '↓ 6.2 ↑ 6.2']) expect(row).toContain(part)
  }
  await using page = await tested({ atMs: 1, slow: null, legs, direct: { measured: null } })
  expect(page.get('.sum').text()).toContain('fell silent while it was measured')
})

test('the direct way is switched off by a choice in the settings', async () => {
  const chosen: unknown[] = []
  await using page = await mountPage(DirectSetting, {
    props: { tunnel, ...names },
    answers: { tunnels: { setDirect: async (wish: unknown) => (chosen.push(wish), {}) } },
  })
  expect(page.text()).toContain('Past cloud-hz where the networks allow it.')
  page.getComponent({ name: 'SelectField' }).vm.$emit('update:modelValue', 'no')
  await flushPromises()
  expect(chosen).toEqual([{ tunnelId: 't2', direct: 'no' }])
})

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }))
afterEach(() => vi.useRealTimers())

test('while the server is away, who was connected stays, with its time', async () => {
  const visit = { id: 1, visitor: '36.112.4.81:51422', openedAtMs: Date.now(), downBytes: 5, upBytes: 1 }
  let isAway = false
  await using page = await mountPage(TunnelConnections, {
    props: { tunnel, local: false },
    answers: {
      tunnels: {
        connections: async () => {
          if (isAway) throw new Error('away')
          return [visit]
        },
      },
    },
  })
  await flushPromises()
  expect(page.text()).toContain('one now')
  isAway = true
  await vi.advanceTimersByTimeAsync(40_000)
  expect(page.text()).toContain('36.112.4.81:51422')
  expect(page.text()).toMatch(/one · as of \d\d:\d\d/)
  expect(page.text()).not.toContain('Nobody is connected')
})
