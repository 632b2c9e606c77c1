import type { Job } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab as pasted } from '../../testing/pasted-lab.ts'
import RemoveLab from './RemoveLab.vue'

const lab = { ...pasted, hasSecret: true }
/** Made by a command line. */
const shy = { id: 'o1', serverId: lab.serverId, labId: lab.id, name: 'shy', mode: 'private', port: null }
const failed: Job = {
  id: 'j1',
  kind: 'lab-remove',
  serverId: lab.serverId,
  labId: lab.id,
  state: 'failed',
  steps: [
    {
      id: 'remove-service',
      state: 'failed',
      startedAtMs: 0,
      tookMs: 5,
      facts: [],
      progress: null,
      failure: {
        code: 'sudo-password-needed',
        params: { host: '203.0.113.7', user: 'alice' },
        message: 'sudo asks for a password',
        fixes: [{ action: 'enter-sudo-password' }],
      },
    },
  ],
  ports: null,
  writes: [],
}

async function removing() {
  const asked: unknown[] = []
  const page = await mountPage(RemoveLab, {
    props: { lab, tunnels: [], others: [shy], open: false },
    answers: {
      labs: { remove: async (input: never) => (asked.push(input), { jobId: 'j1' }) },
      jobs: {
        list: async () => [],
        retry: async (input: never) => void asked.push(input),
        watch: feedOf(failed),
      },
    },
  })
  await page.setProps({ open: true })
  await flushPromises()
  expect(document.querySelector('.goes')?.textContent, 'what goes with it').toContain('shy')
  buttonCalled(`Remove ${lab.name}`).click()
  await flushPromises()
  return { page, asked }
}

test('npc is uninstalled where the app can sign in, and a step that fails can be corrected in place', async () => {
  const { page, asked } = await removing()
  await using _page = page
  expect(asked).toEqual([{ labId: lab.id, uninstall: true }])
  await page.get('input[type="password"]').setValue('secret')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(asked.at(-1)).toEqual({ jobId: 'j1', sudoPassword: 'secret' })
})

test('after a failure the lab box can be removed without uninstalling npc', async () => {
  const { page, asked } = await removing()
  await using _page = page
  buttonCalled('Remove it without that').click()
  await flushPromises()
  expect(asked.at(-1)).toEqual({ labId: lab.id, uninstall: false })
})
