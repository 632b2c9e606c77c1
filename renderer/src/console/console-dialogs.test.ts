import type { Client, TrafficHistory } from '@nps-desktop/relay-core/api'
import { flushPromises, mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref, type Component } from 'vue'
import { createTexts } from '../locales/index.ts'
import AddClientDialog from './AddClientDialog.vue'
import ClientLimits from './ClientLimits.vue'
import { createRelay, provideRelay, type RelayApi } from './relay-api.ts'
import TunnelDialog from './TunnelDialog.vue'

/** What `start-console` gives a page, and nothing of the app: no backend, no stores, no router. */
const consoleWith = (dialog: Component) =>
  defineComponent(() => {
    createRelay()
    return () => h(TooltipProvider, () => h(dialog, { open: true }))
  })

test.each([
  ['adding a lab box', AddClientDialog],
  ['adding a tunnel', TunnelDialog],
])('%s opens in the console', async (_, dialog) => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  const wrapper = mount(consoleWith(dialog), {
    attachTo: document.body,
    global: { plugins: [createTexts('en')] },
  })
  await vi.waitFor(() => expect(document.body.querySelector('[role="dialog"] form')).not.toBeNull())
  wrapper.unmount()
  vi.unstubAllGlobals()
})

afterEach(() => vi.useRealTimers())

const hourMs = 3_600_000
const client: Client = {
  id: 7,
  name: 'gpu',
  enabled: true,
  limits: { monthlyQuotaBytes: 100e9 },
  settings: {},
  vkey: '',
  createdAtMs: 0,
  isTemporary: false,
  agent: { state: 'offline', sinceMs: null },
  downBytes: 20e9,
  upBytes: 0,
  connections: 0,
  tunnelCount: 1,
  monthBytes: 20e9,
}

/** The dialog, open, over a relay that tells this week and notes of what it was asked. */
async function opened(week: TrafficHistory) {
  const asked: unknown[] = []
  const history = async (input: unknown) => {
    asked.push(input)
    return week
  }
  const open = ref(false)
  const page = defineComponent(() => {
    // the dialog asks for nothing else before it is sent
    provideRelay({ traffic: { history } } as unknown as RelayApi)
    return () => h(TooltipProvider, () => h(ClientLimits, { client, open: open.value }))
  })
  const wrapper = mount(page, { attachTo: document.body, global: { plugins: [createTexts('en')] } })
  open.value = true
  await flushPromises()
  return { asked, [Symbol.dispose]: () => wrapper.unmount() }
}

test('the month of a lab box has the forecast of its tunnels', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 10, 15) })
  const points = Array.from({ length: 168 }, (_, index) => ({
    atMs: Date.now() - (168 - index) * hourMs,
    downBytes: 0.1e9,
    upBytes: 0,
  }))
  using dialog = await opened({ periodMs: hourMs, points })
  expect(dialog.asked).toEqual([{ clientId: 7, range: 'week' }])
  const said = (document.querySelector('[role=dialog]')?.textContent ?? '').replaceAll('\u00a0', ' ')
  expect(said).toContain('20.0 GB of 100 GB this month')
  expect(said).toMatch(/At the pace of the last week it will be 5\d\.\d GB by the end of the month/)
})
