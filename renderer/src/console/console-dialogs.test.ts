import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { expect, test, vi } from 'vitest'
import { defineComponent, h, type Component } from 'vue'
import { createTexts } from '../locales/index.ts'
import AddClientDialog from './AddClientDialog.vue'
import { createRelay } from './relay-api.ts'
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
