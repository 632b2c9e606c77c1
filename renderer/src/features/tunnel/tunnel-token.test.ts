import type { Lab } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, notebook, overviewWith, server } from '../../testing/pasted-lab.ts'
import TunnelToken from './TunnelToken.vue'

/** What is said once the token was asked for, and could not be read. */
async function said(part: Partial<Lab>, local = false): Promise<string> {
  const overview = overviewWith({
    servers: [{ ...server, local }],
    labs: [{ ...lab, ...part }],
    tunnels: [notebook],
    trial: local,
  })
  const page = await mountPage(TunnelToken, {
    props: { tunnelId: notebook.id },
    answers: {
      overview: { watch: feedOf(overview) },
      tunnels: { openAddress: async () => ({ url: 'http://127.0.0.1:8888', hasToken: false }) },
    },
  })
  await using _ = page
  await flushPromises()
  await page.get('button').trigger('click')
  await flushPromises()
  return page.text()
}

test('a token that cannot be read says why, and the command that tells it', async () => {
  expect(await said({})).toMatch(/has no sign-in to a100.*jupyter server list/s)
  const address = { host: '10.0.0.2', port: 22, user: 'alice' }
  expect(await said({ address, hasSecret: true })).toMatch(/a100 lists no Jupyter with a token on this port/)
  expect(await said({}, true)).toContain('The sample notebook asks for none.')
})
