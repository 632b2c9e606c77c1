import type { Failure, Link, OtherTunnel, Overview, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useRouter } from 'vue-router'
import { defineComponent, h } from 'vue'
import type { Router } from 'vue-router'
import { buttonCalled, changingFeed, mountPage } from '../../testing/mount-page.ts'
import { notebook, overviewWith, server, tunnel } from '../../testing/pasted-lab.ts'
import HomePage from './HomePage.vue'

// `setInterval` is the page's clock
beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

const failure: Failure = {
  code: 'target-refused',
  params: { target: '127.0.0.1:22' },
  message: '',
  fixes: [],
}
const provedNow = (one: Tunnel): Tunnel => ({
  ...one,
  status: { state: 'ready', checkedAtMs: Date.now(), ms: 5 },
})

async function show(first: Partial<Overview>, language: 'en' | 'zh-CN' = 'en') {
  const overview = changingFeed(overviewWith(first))
  let router: Router | undefined
  const Page = defineComponent(() => {
    router = useRouter()
    return () => h(TooltipProvider, () => h(HomePage))
  })
  const answers = { overview: { watch: overview.watch } }
  const page = await mountPage(Page, { answers, language, undrawn: ['HomeTraffic'] })
  await flushPromises()
  return {
    page,
    place: () => router?.currentRoute.value.fullPath,
    tell: async (next: Partial<Overview>) => {
      overview.tell(overviewWith(next))
      await flushPromises()
    },
    sentence: () => page.get('h1').text(),
    rows: () => page.findAll('[data-tunnel-row]').map((row) => row.attributes('data-state')),
  }
}

test.each([
  ['en', 'Both tunnels are ready.', 'Checking two tunnels.', 'One thing needs you.', 'Two things need you.'],
  ['zh-CN', '两条隧道全部可用。', '正在检查两条隧道。', '一处需要处理。', '两处需要处理。'],
] as const)(
  'in %s the sentence says what the rows say, at every second',
  async (language, ready, checking, need, needs) => {
    const { page, tell, sentence, rows } = await show(
      { tunnels: [tunnel, notebook].map(provedNow) },
      language,
    )
    await using _ = page
    const seen = new Set<string>()
    for (let second = 0; second < 40; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      expect(rows()).toEqual(sentence() === ready ? ['ready', 'ready'] : ['checking', 'checking'])
      seen.add(sentence())
    }
    expect([...seen]).toEqual([ready, checking])

    const broken: Tunnel['status'] = { state: 'broken', stop: 'service', sinceMs: Date.now(), failure }
    await tell({ tunnels: [{ ...tunnel, status: broken }, provedNow(notebook)] })
    expect(sentence()).toBe(need)
    expect(rows()).toEqual(['broken', 'ready'])
    await tell({ tunnels: [tunnel, notebook].map((one) => ({ ...one, status: broken })) })
    expect(sentence()).toBe(needs)
  },
)

const other: OtherTunnel = {
  id: 'o1',
  serverId: 's1',
  labId: 'l1',
  name: 'Of the web console',
  mode: 'private',
  port: null,
  target: '127.0.0.1:5432',
  enabled: true,
  canUseHere: false,
}

test('a tunnel that was made elsewhere has a row, also one that this laptop cannot use', async () => {
  const made: Tunnel = { ...provedNow(notebook), madeBy: 'elsewhere', name: 'By a command line' }
  const { page } = await show({ tunnels: [made], otherTunnels: [other] })
  await using _ = page
  expect(page.get('[data-tunnel="t2"]').text()).toContain('By a command line')
  expect(page.get('[data-other-tunnel="o1"]').text()).toContain('Of the web console')
  expect(page.get('[data-other-tunnel="o1"]').text()).toContain('127.0.0.1:5432')
})

test('a private tunnel that nobody knows the maker of says how it is visited, and Home counts it', async () => {
  const { page, sentence } = await show({ tunnels: [], otherTunnels: [{ ...other, canUseHere: true }] })
  await using _ = page
  expect(sentence()).toBe('One tunnel, made elsewhere.')
  const row = page.get('[data-other-tunnel="o1"]')
  expect(row.text()).not.toContain('another laptop')
  expect(row.text()).toContain('visited by npc, with its password')
  expect(row.get('.of').attributes('title')).toContain('nps tunnel command')
  expect(row.text()).toContain('Use it from this laptop')
})

test('a server that is away is one card on Home, whose button leads to the page that it names', async () => {
  const link: Link = {
    state: 'away',
    sinceMs: 0,
    retryAtMs: null,
    answering: false,
    failure: {
      code: 'server-silent',
      params: { host: 'h', port: 8024, server: 'cloud' },
      message: '',
      fixes: [],
    },
    tried: [],
  }
  const { page, place } = await show({ servers: [{ ...server, link }] })
  await using _ = page
  expect(page.findAll('[role=alert]')).toHaveLength(1)
  expect(page.get('[role=alert]').text()).toContain('Trying now…')
  buttonCalled('See what to check').click()
  await flushPromises()
  expect(place()).toBe('/servers/s1')
})
