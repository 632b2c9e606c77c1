import type { Failure, FoundLook, FoundService, Tunnel } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, changingFeed, feedOf, mountPage } from '../../testing/mount-page.ts'
import { model, notebook } from '../../testing/found-samples.ts'
import { lab, server, tunnel } from '../../testing/pasted-lab.ts'
import TunnelSheet from '../sheet/TunnelSheet.vue'

const read = (...services: FoundService[]): FoundLook => ({
  state: 'read',
  atMs: Date.now(),
  by: 'npc',
  services,
  failure: null,
})

/** The sheet of the lab box, open; `look`: what is known of what runs there, null while nobody has answered. */
async function opened(look: FoundLook | null, tunnels: Tunnel[] = []) {
  const asked: unknown[] = []
  const told = (name: string) => async (input: unknown) => {
    asked.push([name, input])
    return { tunnelId: 't1' }
  }
  const feed = changingFeed(look)
  const unanswered = () => new Promise(() => undefined)
  const page = await mountPage(TunnelSheet, {
    props: { labId: lab.id, open: false },
    answers: {
      overview: {
        watch: feedOf({ servers: [server], labs: [lab], tunnels, otherTunnels: [], laptopOnline: true }),
      },
      found: {
        watch: look === null ? unanswered : feed.watch,
        lookNow: told('lookNow'),
        setOn: told('setOn'),
      },
      tunnelValues: {
        place: async () => ({
          host: '120.1.1.2',
          nextPort: 7004,
          httpPort: null,
          httpsPort: null,
          laptopAddress: null,
          gatewayAddress: null,
        }),
        add: told('add'),
      },
      tunnels: { check: async () => ({ status: { state: 'ready', checkedAtMs: 0, ms: 1 } }) },
    },
  })
  await flushPromises()
  await page.setProps({ open: true, 'onUpdate:open': (open: boolean) => void page.setProps({ open }) })
  await flushPromises()
  return { page, asked, tell: feed.tell }
}
const said = (): string => (document.querySelector('.sheet')?.textContent ?? '').replaceAll(/\s+/g, ' ')
const choices = (): HTMLButtonElement[] => [
  ...document.querySelectorAll<HTMLButtonElement>('[data-found-choice]'),
]
async function send(): Promise<void> {
  document.querySelector('.sheet form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

test('a press on what runs there fills in kind, name and target, and Enter adds it', async () => {
  const { page, asked } = await opened(read(notebook, model), [{ ...tunnel, name: 'Jupyter' }])
  await using _ = page
  expect(choices().map((one) => one.textContent?.replaceAll(/\s+/g, ' ').trim())).toEqual([
    'Jupyter on 127.0.0.1:8889~/project-x · you',
    'vLLM on 127.0.0.1:8000user2',
  ])
  choices()[0]?.click()
  await flushPromises()
  expect(choices()[0]?.getAttribute('aria-pressed')).toBe('true')
  // the name has the focus, and is not that of the other notebook's tunnel
  expect((document.activeElement as HTMLInputElement).value).toBe('Jupyter project-x')
  expect(said()).toContain('http://127.0.0.1:8889')
  await send()
  expect(asked).toMatchObject([
    ['add', { kind: 'jupyter', reach: 'laptop', name: 'Jupyter project-x', target: '127.0.0.1:8889' }],
  ])
})

test("of somebody else's it is said whose it is, until the form leads elsewhere", async () => {
  const { page } = await opened(read(notebook, model))
  await using _ = page
  choices()[1]?.click()
  await flushPromises()
  expect(said()).toContain('vLLM of user2 will be reachable by you.')
  choices()[0]?.click()
  await flushPromises()
  expect(said()).not.toContain('will be reachable by you.')
})

test('what has a tunnel is not offered, and more than three wait in a menu', async () => {
  const others = [8001, 8002, 8003].map((port) => ({ ...model, port, target: `127.0.0.1:${port}` }))
  const { page } = await opened(read(notebook, model, ...others), [{ ...tunnel, target: 'localhost:8889' }])
  await using _ = page
  expect(choices().map(({ textContent }) => textContent)).toEqual([
    expect.stringContaining(':8000'),
    expect.stringContaining(':8001'),
    expect.stringContaining(':8002'),
  ])
  buttonCalled('1 more')
})

test('the form does not wait for what runs there, and keeps what was typed when that arrives', async () => {
  const { page, tell } = await opened({ state: 'unseen', failure: null })
  await using _ = page
  expect(said()).toContain('Looking…')
  const name = document.activeElement as HTMLInputElement
  name.value = 'Mine'
  name.dispatchEvent(new Event('input'))
  tell(read(notebook))
  await flushPromises()
  expect(choices()).toHaveLength(1)
  expect(document.activeElement).toBe(name)
  expect(name.value).toBe('Mine')
})

const lost = {
  code: 'ssh-lost',
  params: { host: 'a', reason: 'x' },
  message: '',
  fixes: [],
} satisfies Failure
const withTunnel = [{ ...tunnel, target: notebook.target }]

test.each<[what: string, FoundLook | null, Tunnel[], words: string]>([
  ['no answer yet', null, [], 'Looking…'],
  ['nothing there', read(), [], 'No notebook, board or model server runs here.'],
  ['all with tunnels', read(notebook), withTunnel, 'Everything that runs here has its tunnel.'],
  ['a failure', { state: 'unseen', failure: lost }, [], 'Look again'],
  ['what is switched off', { state: 'off' }, [], 'The app does not look at what runs on a100.'],
  ['what npc does not tell', { state: 'untold', why: 'npc-off' }, [], '-discover=false'],
])('%s is said, above a form that can be filled in', async (_what, look, tunnels, words) => {
  const { page } = await opened(look, tunnels)
  await using _ = page
  expect(said()).toContain(words)
  expect(said()).toContain('Name')
})

test('what is switched off is switched on by a press', async () => {
  const { page, asked } = await opened({ state: 'off' })
  await using _ = page
  buttonCalled('Look there').click()
  await flushPromises()
  expect(asked).toEqual([['setOn', { labId: lab.id, isOn: true }]])
})
