import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { hearing } from '../../../testing/hearing.ts'
import { buttonCalled, changingFeed, feedOf, mountPage } from '../../../testing/mount-page.ts'
import MovingSettings from './MovingSettings.vue'

const code = '203.0.113.5:8024 K7QF2-9XMDT-4WB3H-Q8NRC'
const waiting = { state: 'waiting', code, untilMs: new Date(2026, 10, 30, 21, 14).getTime() }
const contents = {
  madeAtMs: 0,
  version: '1.0.0',
  servers: ['cloud-hz'],
  labs: ['a100'],
  here: 0,
  hostKeys: 0,
  signIns: 2,
  settings: 0,
  keyFiles: [],
}
const said = (): string => document.body.textContent ?? ''
const serverCalled = (name: string, more = {}) => ({
  id: name,
  name,
  local: false,
  link: { state: 'online' },
  ...more,
})
const overviewOf = (...servers: unknown[]) => ({
  watch: feedOf({ servers, labs: [], tunnels: [], setAside: [] }),
})

async function press(word: string): Promise<void> {
  buttonCalled(word).click()
  await flushPromises()
}

async function typeCode(text: string): Promise<void> {
  const input = document.querySelector<HTMLInputElement>('[role=dialog] input')
  if (!input) throw new Error('no field for the code')
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}

test('one laptop shows a code and until when, and says when the other has everything', async () => {
  const { calls, heard } = hearing()
  const feed = changingFeed<unknown>(waiting)
  const offer: typeof feed.watch = async (input, options) => {
    await heard('offer')(input)
    return feed.watch(input, options)
  }
  const answers = { overview: overviewOf(serverCalled('cloud-hz')), moving: { offer } }
  await using _page = await mountPage(MovingSettings, { answers })
  await flushPromises()
  await press('Set up another laptop…')
  expect(said()).toContain('Show the code to nobody else.')
  await press('Make a code')
  expect(calls).toEqual([['offer', { serverId: 'cloud-hz' }]])
  await expect.poll(said).toContain(code)
  expect(said()).toContain('Waiting for the other laptop… valid until 21:14')
  expect(document.activeElement?.getAttribute('aria-label')).toContain(code)
  feed.tell({ state: 'taken' })
  await expect.poll(said).toContain('The other laptop has it.')
  expect(said()).not.toContain(code)
  await press('Close')
  expect(document.querySelector('[role=dialog]')).toBeNull()
})

test('closing the window ends the code; one that is over is said to be, with a new one a press away', async () => {
  const feed = changingFeed<unknown>(waiting)
  let signal: AbortSignal | undefined
  const offer: typeof feed.watch = async (input, options) => {
    signal = options?.signal
    return feed.watch(input, options)
  }
  const answers = { overview: overviewOf(serverCalled('cloud-hz')), moving: { offer } }
  await using _page = await mountPage(MovingSettings, { answers, language: 'zh-CN' })
  await flushPromises()
  await press('设置另一台电脑…')
  await press('生成配对码')
  await expect.poll(said).toContain('21:14前有效')
  feed.tell({ state: 'expired' })
  await expect.poll(said).toContain('十分钟已过，没有人使用过该配对码。')
  feed.tell(waiting)
  await expect.poll(said).toContain(code)
  expect(signal?.aborted).toBe(false)
  await press('停止')
  expect(signal?.aborted).toBe(true)
})

test('a server that only this laptop reaches, or none, gives no code; among several one is chosen', async () => {
  const trial = serverCalled('Sample server', { local: true })
  const away = serverCalled('away', { link: { state: 'waiting' } })
  {
    await using _page = await mountPage(MovingSettings, { answers: { overview: overviewOf(trial, away) } })
    await flushPromises()
    await press('Set up another laptop…')
    expect(said()).toContain('No server can be reached now.')
    expect(() => buttonCalled('Make a code')).toThrow('no button')
    await press('Cancel')
  }
  const answers = { overview: overviewOf(trial, serverCalled('one'), serverCalled('two')) }
  await using _page = await mountPage(MovingSettings, { answers })
  await flushPromises()
  await press('Set up another laptop…')
  expect(document.querySelector('[role=dialog] [role=combobox]')?.textContent).toContain('one')
})

test('the other laptop shows what comes before it adds it, and asks for it once', async () => {
  const { calls, heard } = hearing()
  const file = { file: 'YWJj', passphrase: 'sealed by' }
  let isRefused = true
  const receive = async (input: never): Promise<unknown> => {
    if (isRefused) throw new Error('nobody waits')
    return await heard('receive', file)(input)
  }
  const moving = { receive, look: heard('look', contents), take: heard('take', contents) }
  await using page = await mountPage(MovingSettings, { answers: { moving } })
  await press('Enter a code…')
  expect(buttonCalled('Show what comes').disabled).toBe(true)
  await typeCode(code)
  await press('Show what comes')
  await expect.poll(() => document.querySelector('[role=alert]')?.textContent).toContain('nobody waits')
  isRefused = false
  await press('Show what comes')
  await expect.poll(said).toContain('cloud-hz')
  expect(said()).toContain('a100')
  await press('Add to this laptop')
  await expect.poll(() => page.text()).toContain('Added. Servers: 1, lab boxes: 1, sign-ins: 2.')
  expect(calls).toEqual([
    ['receive', { code }],
    ['look', file],
    ['take', file],
  ])
})
