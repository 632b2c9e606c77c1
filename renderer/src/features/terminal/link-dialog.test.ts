import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { useScreens } from '../../terminals/use-screens.ts'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { lab } from '../../testing/pasted-lab.ts'
import LinkDialog from './LinkDialog.vue'

afterEach(() => vi.useRealTimers())

async function* once<T>(value: T): AsyncGenerator<T, void, void> {
  yield value
  await new Promise(() => undefined)
}

test('a tunnel that does not come into the list is told, instead of a button that turns for ever', async () => {
  const overview = { servers: [], labs: [lab], tunnels: [], setAside: [], laptopOnline: true, trial: false }
  const terminal = { id: 't1', machine: { kind: 'lab', id: lab.id }, state: { state: 'resting' } }
  await using _ = await mountPage(LinkDialog, {
    answers: {
      overview: { watch: async () => once(overview) },
      terminals: { watch: async () => once([terminal]) },
      tunnels: { addTcp: async () => ({ tunnelId: 'x1' }) },
    },
  })
  await flushPromises()
  useScreens().clicked = { terminalId: 't1', url: 'http://localhost:8889/?token=1' }
  await flushPromises()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  buttonCalled('Add it and open').click()
  await flushPromises()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('click the link again')
  expect(buttonCalled('Add it and open').disabled).toBe(true)
})
