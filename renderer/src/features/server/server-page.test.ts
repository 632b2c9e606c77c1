import type { Failure, Job, Link, PortReport, Server } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openPorts } from '../../testing/open-ports.ts'
import { buttonCalled, changingFeed, feedOf, mountPage } from '../../testing/mount-page.ts'
import { overviewWith, server } from '../../testing/pasted-lab.ts'
import type { Language } from '../../locales/index.ts'
import ServerPage from './ServerPage.vue'

// What is shown counts down by the clock, also while a busy machine takes its time with a step.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

const failure: Failure = {
  code: 'server-silent',
  params: { host: '203.0.113.2', port: 8024, server: 'cloud' },
  message: '',
  fixes: [],
}
const away = (part: Partial<Extract<Link, { state: 'away' }>> = {}): Server['link'] => ({
  state: 'away',
  sinceMs: Date.now() - 60_000,
  retryAtMs: Date.now() + 9_500,
  answering: false,
  failure,
  tried: [{ what: 'bridge', port: 8024, answer: 'silent', ms: 2_000 }],
  ...part,
})

const report: PortReport = {
  ...openPorts,
  range: { from: 7000, to: 7049 },
  cells: [{ from: 7000, to: 7049, tried: 50, open: 50, state: 'open' }],
  tried: 50,
  open: 50,
  checkedAtMs: Date.now() - 3_600_000,
}
const lost: Job = {
  id: 'j1',
  kind: 'port-check',
  serverId: 's1',
  labId: null,
  state: 'failed',
  ports: null,
  writes: [],
  steps: [
    {
      id: 'port-range',
      state: 'failed',
      startedAtMs: Date.now() - 60_000,
      tookMs: 2_000,
      progress: null,
      facts: [],
      failure: {
        code: 'ssh-unreachable',
        params: { host: 'h', port: 22, reason: '' },
        message: '',
        fixes: [],
      },
    },
  ],
}

async function show(
  first: Server['link'],
  { language = 'en' as Language, jobs = [] as Job[], more = {} as Partial<Server> } = {},
) {
  const overview = changingFeed(overviewWith({ servers: [{ ...server, link: first, ...more }] }))
  const tries: PromiseWithResolvers<unknown>[] = []
  const page = await mountPage(ServerPage, {
    props: { serverId: 's1' },
    language,
    answers: {
      overview: { watch: overview.watch },
      jobs: { list: async () => jobs, watch: feedOf(jobs[0]) },
      servers: {
        ports: async () => ({ report }),
        tryNow: () => {
          tries.push(Promise.withResolvers())
          return tries.at(-1)?.promise ?? Promise.resolve()
        },
      },
    },
  })
  await flushPromises()
  const become = async (link: Server['link']): Promise<void> => {
    overview.tell(overviewWith({ servers: [{ ...server, link }] }))
    await flushPromises()
  }
  return { page, become, tries, alerts: () => page.findAll('[role=alert]').map((one) => one.text()) }
}

test.each([
  [
    'en',
    ['does not answer', 'Port 8024: no answer'],
    ['Trying again in 10 s', 'Trying now…', 'It answers again'],
  ],
  ['zh-CN', ['无应答', '端口 8024'], ['10 秒后重试', '正在重试', '又有应答了']],
] as const)(
  'in %s a server that is away has one card, and its cause stays until it is back',
  async (language, cause, states) => {
    const { page, become, alerts } = await show(away(), { language })
    await using _ = page
    const links = [away(), away({ retryAtMs: null }), away({ answering: true })]
    for (const [index, link] of links.entries()) {
      await become(link)
      expect(alerts()).toHaveLength(1)
      for (const word of [...cause, states[index]]) expect(alerts()[0]).toContain(word)
    }
    await become({ state: 'online', sinceMs: Date.now(), roundTripMs: 12 })
    expect(alerts()).toEqual([])
  },
)

test('"Check again" is busy, and the card says that it is tried, for as long as that takes', async () => {
  const { page, tries, alerts } = await show(away())
  await using _ = page
  buttonCalled('Check again').click()
  await flushPromises()
  expect(tries).toHaveLength(1)
  expect(alerts()[0]).toContain('Trying now…')
  expect(page.get('.unreachable [aria-busy=true]').text()).toContain('Check again')
  tries[0]?.resolve({})
  await flushPromises()
  expect(page.find('.unreachable [aria-busy=true]').exists()).toBe(false)
})

test('ports that were open are grey and of their time while the server is away', async () => {
  const { page, become } = await show(away())
  await using _ = page
  expect(page.get('.ports').text()).toContain('as last seen at')
  expect(page.find('.ports .grid .old').exists()).toBe(true)
  await become({ state: 'online', sinceMs: Date.now(), roundTripMs: 12 })
  expect(page.get('.ports').text()).toContain('checked from this laptop at')
  expect(page.find('.ports .grid .old').exists()).toBe(false)
})

test('a check of the ports that the outage ended is told nowhere once the server is back', async () => {
  const { page, become, alerts } = await show({ state: 'checking', sinceMs: 0 }, { jobs: [lost] })
  await using _ = page
  expect(alerts()).toHaveLength(1)
  await become({ state: 'online', sinceMs: Date.now(), roundTripMs: 12 })
  expect(alerts()).toEqual([])
})

test.each([
  ['en', 'One tunnel of a newer kind is not shown: update this app.'],
  ['zh-CN', '有 1 条隧道的类型较新，本应用无法显示：请更新本应用。'],
] as const)('in %s it says that something of a newer kind is there', async (language, line) => {
  const link = { state: 'online', sinceMs: 0, roundTripMs: 12 } as const
  const unread = { labs: 0, tunnels: 1, passes: 0 }
  const { page } = await show(link, { language, more: { unread } })
  await using _ = page
  expect(page.get('.labs').text()).toContain(line)
  expect(page.findAll('.labs p').filter((one) => one.text() === line)).toHaveLength(1)
})
