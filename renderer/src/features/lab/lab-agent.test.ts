import type { Lab } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { lab } from '../../testing/pasted-lab.ts'
import LabAgent from './LabAgent.vue'

test('a lab box by pasted line says how it starts and for whom', async () => {
  const page = await mountPage(LabAgent, { answers: {}, props: { lab } })
  await using _ = page
  expect(page.text()).toContain('Starts at boot, without root')
  expect(page.text()).toContain('alice')
  expect(page.text()).not.toContain('Update sign-in')
})

test('signed in by its own tunnel it is not set up again by it, which would cut its own way', async () => {
  const address = { host: '203.0.113.2', port: 7003, user: 'alice' }
  const signedIn: Lab = { ...lab, address, hasSecret: true, byOwnTunnel: true }
  const page = await mountPage(LabAgent, { answers: {}, props: { lab: signedIn } })
  await using _ = page
  expect(page.text()).not.toContain('Set up again')
  expect(buttonCalled('Show the line to paste').disabled).toBe(false)
})

test('it says when a lab box was last away, and why', async () => {
  const lastAbsence = { sinceMs: 0, untilMs: 90 * 60_000, why: 'lost' } as const
  const back: Lab = {
    ...lab,
    state: { state: 'online', sinceMs: 0, address: 'a', version: '1.0.0', lastAbsence },
  }
  await using page = await mountPage(LabAgent, { answers: {}, props: { lab: back } })
  expect(page.text()).toContain('for 1 h 30 min')
  expect(page.text()).toContain('Nothing was heard from it any more')
  const byPortal = { ...back.state, lastAbsence: { ...lastAbsence, why: 'portal' } }
  await page.setProps({ lab: { ...lab, state: byPortal } })
  expect(page.text()).toContain('It seems to have been behind the login page of its network')
  await page.setProps({ lab: { ...lab, state: { state: 'offline', sinceMs: 0, why: 'stopped' } } })
  expect(page.text()).toContain('Its npc was stopped')
})
