import type { Failure, Overview, Server } from '@nps-desktop/electron/contract'
import { ORPCError } from '@orpc/client'
import { flushPromises } from '@vue/test-utils'
import { defineComponent } from 'vue'
import { expect, test } from 'vitest'
import { mountPage } from '../../testing/mount-page.ts'
import { overviewWith, server } from '../../testing/pasted-lab.ts'
import { useHomeTraffic } from './use-home-traffic.ts'

const failure: Failure = {
  code: 'relay-unreachable',
  params: { server: 'cloud' },
  message: 'away',
  fixes: [],
}
const history = { periodMs: 60_000, points: [{ atMs: 0, downBytes: 3, upBytes: 0 }] }
/** Without the graph, which needs a browser. */
const Said = defineComponent({
  setup: useHomeTraffic,
  template: '<p>{{ failed ? "unknown" : totals?.downBytes ?? "–" }}</p>',
})

test('the traffic is there as soon as a server can be asked, and is called unknown only once none can be', async () => {
  const changes = new TransformStream<Overview, Overview>()
  const writer = changes.writable.getWriter()
  let answers = false
  await using page = await mountPage(Said, {
    answers: {
      overview: { watch: async () => changes.readable.values() },
      traffic: {
        history: async () => {
          if (answers) return history
          throw new ORPCError('FAILED', { defined: true, data: { failure } })
        },
      },
    },
  })
  const saidWhen = async (link: Server['link']): Promise<string> => {
    await writer.write(overviewWith({ servers: [{ ...server, link }] }))
    await flushPromises()
    return page.text()
  }
  const away = { retryAtMs: null, answering: false, failure, tried: [] }
  expect(await saidWhen({ state: 'checking', sinceMs: 0 })).toBe('–')
  expect(await saidWhen({ state: 'away', sinceMs: 0, ...away })).toBe('unknown')
  answers = true
  expect(await saidWhen({ state: 'online', sinceMs: 0, roundTripMs: 1 })).toBe('3')
})
