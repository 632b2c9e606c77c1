import type { Tunnel } from '@nps-desktop/electron/contract'
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createTexts } from '../../locales/index.ts'
import { notebook } from '../../testing/pasted-lab.ts'
import TunnelRow from './TunnelRow.vue'

const now = Date.UTC(2026, 0, 1)
const jupyter: Tunnel = {
  ...notebook,
  id: 't1',
  reach: 'anyone',
  port: 7002,
  address: 'http://120.1.1.2:7002',
  status: { state: 'ready', checkedAtMs: now, ms: 46 },
}

function mounted(tunnel: Tunnel, nowMs = now) {
  const heard: string[] = []
  const hear = (name: string) => () => void heard.push(name)
  const row = defineComponent(
    () => () =>
      h(TooltipProvider, null, () =>
        h(TunnelRow, {
          tunnel,
          nowMs,
          serverName: 'cloud-hz',
          labName: 'lab-a100',
          points: [],
          onOpen: hear('open'),
          onShow: hear('show'),
          onStart: hear('start'),
          onCheck: hear('check'),
          onRemove: hear('remove'),
          onFix: hear('fix'),
        }),
      ),
  )
  const wrapper = mount(row, { global: { plugins: [createTexts('en')] }, attachTo: document.body })
  return {
    heard,
    row: wrapper.get('[data-tunnel-row]'),
    text: () => wrapper.text().replaceAll('\u00a0', ' '),
  }
}

test('a ready row says so with its time and opens the notebook', async () => {
  const { row, heard, text } = mounted(jupyter)
  expect(text()).toContain('Ready · 46 ms')
  await row.get('.main-act').trigger('click')
  expect(heard).toEqual(['open'])
})

test('a proof older than 30 s is not green any more', () => {
  const { row, text } = mounted(jupyter, now + 31_000)
  expect(text()).toContain('Checking')
  expect(row.findAll('.dots circle.yes')).toHaveLength(0)
})

test('a broken row says why, and its button copies the command that starts the service', async () => {
  const copy = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const command = 'jupyter lab --no-browser --port 8888'
  const { row, text } = mounted({
    ...jupyter,
    status: {
      state: 'broken',
      stop: 'service',
      sinceMs: now,
      failure: {
        code: 'target-refused',
        params: {},
        message: '',
        fixes: [{ action: 'start-service', command }],
      },
    },
  })
  expect(text()).toContain('Jupyter is not running on lab-a100.')
  await row.get('.main-act').trigger('click')
  expect(copy).toHaveBeenCalledWith(command)
})

test('the keys of a row: Enter its job, Space the page, R check, Backspace remove, C copy', async () => {
  const copy = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const { row, heard } = mounted(jupyter)
  for (const key of ['Enter', ' ', 'r', 'Backspace', 'c']) await row.trigger('keydown', { key })
  expect(heard).toEqual(['open', 'show', 'check', 'remove'])
  expect(copy).toHaveBeenLastCalledWith('http://120.1.1.2:7002')
})

test('keys in a button of the row belong to the button', async () => {
  const { row, heard } = mounted(jupyter)
  await row.get('.main-act').trigger('keydown', { key: 'Backspace' })
  expect(heard).toEqual([])
})

test('an address that does not work is not shown, and its row leads to the page that says why', async () => {
  const copy = vi.spyOn(navigator.clipboard, 'writeText').mockClear().mockResolvedValue()
  const { row, heard, text } = mounted({
    ...jupyter,
    address: '',
    status: {
      state: 'broken',
      stop: 'service',
      sinceMs: now,
      failure: {
        code: 'service-local-only',
        params: {
          lab: 'lab-a100',
          target: '127.0.0.1:8888',
          kind: 'jupyter',
          option: '--ServerApp.allow_remote_access=True',
        },
        message: '',
        fixes: [{ action: 'keep-private' }, { action: 'copy', text: '--ServerApp.allow_remote_access=True' }],
      },
    },
  })
  expect(text()).toContain('refuses everyone who comes by the server’s address')
  expect(text()).not.toContain('120.1.1.2')
  await row.trigger('keydown', { key: 'c' })
  expect(copy).not.toHaveBeenCalled()
  await row.get('.main-act').trigger('click')
  expect(heard).toEqual(['show'])
})

test('a row whose way is direct says so, with three dots in place of five', () => {
  const way = { way: 'direct', sinceMs: now, roundTripMs: 12 } as const
  const { row, text } = mounted({ ...jupyter, reach: 'laptop', way })
  expect(text()).toContain('Ready · direct · 12 ms')
  expect(row.findAll('.dots circle')).toHaveLength(3)
})

const directStops: Tunnel['stops'] = [
  { name: 'laptop', state: 'ok', ms: null, failure: null },
  { name: 'server', state: 'failed', ms: null, failure: null },
  { name: 'port', state: 'ok', ms: 1, failure: null },
  { name: 'lab', state: 'ok', ms: 12, failure: null },
  { name: 'service', state: 'ok', ms: 1, failure: null },
]

test('a direct way whose server is away is told as what it is: all of its stops answer', () => {
  const { row } = mounted({
    ...jupyter,
    reach: 'laptop',
    stops: directStops,
    way: { way: 'direct', sinceMs: now, roundTripMs: 12 },
  })
  expect(row.get('.dots-button').html()).toContain('Direct: all three stops answer')
})

test('a private tunnel is marked as one of this laptop', () => {
  expect(
    mounted({ ...jupyter, reach: 'laptop' })
      .row.find('.tag')
      .text(),
  ).toBe('this laptop')
  expect(mounted(jupyter).row.find('.tag').exists()).toBe(false)
})
