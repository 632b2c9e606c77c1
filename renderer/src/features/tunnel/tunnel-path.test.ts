import type { PathTest } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { notebook } from '../../testing/pasted-lab.ts'
import TunnelPath from './TunnelPath.vue'

const measured = { roundTripMs: 12, variesMs: 1, downBytesPerSecond: 1e6, upBytesPerSecond: 1e6 }

/** The page after a test that found this. */
async function tested(legs: PathTest['legs']) {
  const page = await mountPage(TunnelPath, {
    props: { tunnel: notebook, serverName: 'cloud-hz', labName: 'lab-a100' },
    answers: { pathTest: { run: async () => ({ atMs: Date.now(), slow: null, legs }) } },
  })
  buttonCalled('Test').click()
  await flushPromises()
  return page
}

test('a lab box whose npc is too old to be measured says so, and its button leads to the update', async () => {
  const failure = {
    code: 'npc-too-old',
    params: { lab: 'lab-a100' },
    message: 'too old',
    fixes: [{ action: 'update', program: 'npc', serverId: 's1' }],
  } as const
  const page = await tested([
    { leg: 'server', measured, failure: null },
    { leg: 'lab', measured: null, failure: { ...failure, fixes: [...failure.fixes] } },
    {
      leg: 'service',
      measured: { ...measured, downBytesPerSecond: null, upBytesPerSecond: null },
      failure: null,
    },
  ])
  await using _ = page
  expect(page.text()).toContain('The npc on lab-a100 is too old for this.')
  buttonCalled('Update npc').click()
  await flushPromises()
  expect(page.vm.$router.currentRoute.value.fullPath).toBe('/servers/s1')
})

test('a server that is too old for two legs has one button', async () => {
  const failure: PathTest['legs'][number]['failure'] = {
    code: 'nps-too-old',
    params: { server: 'cloud-hz' },
    message: 'too old',
    fixes: [{ action: 'update', program: 'nps', serverId: 's1' }],
  }
  const page = await tested([
    { leg: 'server', measured: null, failure },
    { leg: 'lab', measured: null, failure },
    { leg: 'service', measured, failure: null },
  ])
  await using _ = page
  expect(page.findAll('button').filter((button) => button.text() === 'Update nps')).toHaveLength(1)
})
