import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, overviewWith, server, tunnel } from '../../testing/pasted-lab.ts'
import ServerLabs from './ServerLabs.vue'

test('the tunnels of a lab box are counted whoever has made them', async () => {
  const place = { serverId: server.id, labId: lab.id, target: '127.0.0.1:22', enabled: true }
  const shy = { ...place, id: 'o1', name: 'shy', mode: 'private' as const, port: null, canUseHere: true }
  const overview = overviewWith({ tunnels: [tunnel], otherTunnels: [shy] })
  await using page = await mountPage(ServerLabs, {
    props: { server },
    answers: { overview: { watch: feedOf(overview) } },
  })
  await flushPromises()
  expect(page.get('.row').text()).toContain('2 tunnels')
})
