import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { lab } from '../../testing/pasted-lab.ts'
import LabLimits from './LabLimits.vue'

test('the limits of a lab box are shown with their use, and saved from a sheet', async () => {
  const saved: unknown[] = []
  const hourMs = 3_600_000
  const nowMs = Date.now()
  const points = Array.from({ length: 48 }, (_, hour) => ({
    atMs: nowMs - (48 - hour) * hourMs,
    downBytes: 10e9,
    upBytes: 0,
  }))
  const limits = { maxTunnels: 5, monthlyQuotaBytes: 100e9, quotaBytes: 1e12 }
  await using page = await mountPage(LabLimits, {
    props: { lab, tunnels: [] },
    answers: {
      traffic: { history: async () => ({ periodMs: hourMs, points }) },
      tunnelValues: {
        labLimits: {
          read: async () => ({ limits, connections: 2, tunnels: 3, monthBytes: 40e9 }),
          save: async (input: unknown) => saved.push(input),
        },
      },
    },
  })
  await flushPromises()
  expect(page.text()).toContain('40.0 GB of 100 GB this month')
  expect(page.text()).toContain('3 of 5 tunnels')
  // full on a day of the month, or, in its last hours, by how much it will have grown
  expect(page.text()).toContain('At the pace of the last week')
  buttonCalled('Edit').click()
  await flushPromises()
  const tunnels = [...document.querySelectorAll('label')].find((one) => one.textContent === 'Tunnels')
  const field = document.getElementById(tunnels?.htmlFor ?? '')
  if (!(field instanceof HTMLInputElement)) throw new Error('no field for the number of tunnels')
  field.value = '8'
  field.dispatchEvent(new Event('input'))
  await flushPromises()
  document.querySelector('.sheet form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
  expect(saved).toEqual([{ labId: lab.id, limits: { ...limits, maxTunnels: 8 } }])
})
