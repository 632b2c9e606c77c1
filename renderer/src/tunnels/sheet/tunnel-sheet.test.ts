import type { Failure, Overview, Tunnel, TunnelPlace } from '@nps-desktop/electron/contract'
import { ORPCError } from '@orpc/client'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, overviewWith } from '../../testing/pasted-lab.ts'
import TunnelSheet from './TunnelSheet.vue'

const ready: Tunnel['status'] = { state: 'ready', checkedAtMs: 0, ms: 1 }
const taken: Failure = {
  code: 'port-taken',
  params: { port: 7002, holder: 'Jupyter' },
  message: 'taken',
  fixes: [{ action: 'use-port', port: 7005 }],
}
const refused: Failure = { code: 'target-refused', params: {}, message: 'refused', fixes: [] }

/** The sheet, open, over a backend that notes what it is asked and finds the tunnel in `status`. */
async function opened(
  status: Tunnel['status'] = ready,
  {
    gateway = null,
    known,
    web = { httpPort: null, httpsPort: null },
  }: {
    gateway?: string | null
    known?: Overview
    web?: Pick<TunnelPlace, 'httpPort' | 'httpsPort'>
  } = {},
) {
  const asked: unknown[] = []
  let fails: Failure | null = null
  let held: Promise<void> = Promise.resolve()
  const page = await mountPage(TunnelSheet, {
    props: { labId: lab.id, open: false },
    answers: {
      overview: { watch: known ? feedOf(known) : async () => new Promise(() => undefined) },
      tunnelValues: {
        place: async () => ({
          host: '120.1.1.2',
          nextPort: 7004,
          ...web,
          laptopAddress: gateway === null ? '36.112.4.81' : null,
          gatewayAddress: gateway,
        }),
        add: async (input: unknown) => {
          asked.push(['add', input])
          await held
          if (fails) throw new ORPCError('FAILED', { defined: true, data: { failure: fails } })
          return { tunnelId: 't1' }
        },
        addRange: async (input: unknown) => {
          asked.push(['addRange', input])
          return { tunnelIds: ['t1', 't2'] }
        },
        takeBack: async (input: unknown) => {
          asked.push(['takeBack', input])
          if (fails) throw new ORPCError('FAILED', { defined: true, data: { failure: fails } })
        },
        save: async (input: unknown) => asked.push(['save', input]),
      },
      labs: {
        share: async () => asked.push(['share']),
        setup: async () => asked.push(['setup']),
      },
      tunnels: {
        check: async () => ({ status }),
      },
    },
  })
  await page.setProps({ open: true, 'onUpdate:open': (open: boolean) => void page.setProps({ open }) })
  await flushPromises()
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    return resolve
  }
  return { page, asked, hold, failWith: (failure: Failure | null) => (fails = failure) }
}

function field(label: string): HTMLInputElement {
  const found = [...document.querySelectorAll('label')].find((one) => one.textContent?.trim() === label)
  const input = document.getElementById(found?.htmlFor ?? '')
  if (!(input instanceof HTMLInputElement))
    throw new Error(`no field "${label}": ${document.body.textContent}`)
  return input
}
function type(label: string, text: string): void {
  const input = field(label)
  input.value = text
  input.dispatchEvent(new Event('input'))
}
async function choose(kind: RegExp): Promise<void> {
  const found = [...document.querySelectorAll<HTMLLabelElement>('.kind')].find((one) =>
    kind.test(one.textContent ?? ''),
  )
  found?.querySelector('input')?.click()
  await flushPromises()
}
async function chooseReach(reach: string): Promise<void> {
  document.querySelector<HTMLInputElement>(`.reach input[value="${reach}"]`)?.click()
  await flushPromises()
}
async function send(): Promise<void> {
  document.querySelector('.sheet form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}
const said = (): string => (document.querySelector('.sheet')?.textContent ?? '').replaceAll(/\s+/g, ' ')

test('it says the address and the limits before there is a tunnel, sends both, and closes when all has answered', async () => {
  const { page, asked } = await opened()
  await using _ = page
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  type('Month’s quota', '50')
  type('Total quota', '400')
  type('Speed down', '20')
  type('Speed up', '5')
  await flushPromises()
  expect(said()).toContain('120.1.1.2:7004')
  expect(said()).toContain('Limits20 Mbit/s down, 5 Mbit/s up, 50 GB a month, 400 GB in total')
  await send()
  expect(asked).toEqual([
    [
      'add',
      {
        labId: lab.id,
        kind: 'udp',
        reach: 'anyone',
        name: 'Echo',
        target: '127.0.0.1:7',
        settings: {},
        limits: {
          monthlyQuotaBytes: 50e9,
          quotaBytes: 400e9,
          downBytesPerSecond: 2_500_000,
          upBytesPerSecond: 625_000,
        },
      },
    ],
  ])
  expect(document.querySelector('.sheet')).toBe(null)
})

test('what it says of a notebook names no port, since the field has another one where a second Jupyter runs', async () => {
  const { page } = await opened()
  await using _ = page
  await choose(/Jupyter/)
  type('Address on', '127.0.0.1:8889')
  await flushPromises()
  expect(said()).toContain('Your notebooks on the lab box')
  expect(said()).not.toContain('8888')
})

test('beside its button it says what is still missing, and what is wrong where that is folded away', async () => {
  const { page } = await opened()
  await using _ = page
  expect(said()).toContain('Still needed: Name, Address on')
  expect(buttonCalled('Add it').disabled).toBe(true)
  type('Name', 'API')
  type('Address on', '127.0.0.1:8000')
  type('Speed down', 'fast')
  await flushPromises()
  expect(said()).toContain('Not right yet: Limits')
  type('Speed down', '20')
  document.querySelector<HTMLInputElement>('.pick input[value=listed]')?.click()
  await flushPromises()
  expect(said()).toContain('Still needed: Only these addresses')
  type('Speed down', '')
  document.querySelector<HTMLInputElement>('.pick input[value=laptop]')?.click()
  await flushPromises()
  expect(said()).not.toContain('Still needed')
  expect(buttonCalled('Add it').disabled).toBe(false)
})

test('what it names as missing is written on a field, and names the machine as the field does', async () => {
  const { page } = await opened(ready, { known: overviewWith({ tunnels: [] }) })
  await using _ = page
  const labels = (): (string | undefined)[] =>
    [...document.querySelectorAll('.sheet label')].map((one) => one.textContent?.trim())
  expect(said()).toContain('Still needed: Name, Address on a100')
  expect(labels()).toEqual(expect.arrayContaining(['Name', 'Address on a100', 'Port on this laptop']))
  type('Port on this laptop', 'x')
  type('Name', 'API')
  type('Address on a100', '127.0.0.1:8000')
  await flushPromises()
  expect(said()).toContain('Not right yet: Port on this laptop')
  document.querySelector<HTMLInputElement>('.pick input[value=anyone]')?.click()
  await flushPromises()
  expect(said()).toContain('Not right yet: Port on cloud')
  expect(labels()).toContain('Port on cloud')
})

test('behind a gateway this laptop has no address of its own to list, and the form says so', async () => {
  const { page } = await opened(ready, { gateway: '172.17.0.1' })
  await using _ = page
  await choose(/UDP/)
  document.querySelector<HTMLInputElement>('.pick input[value=listed]')?.click()
  await flushPromises()
  expect(said()).toContain('sees it as 172.17.0.1, the address of a gateway')
  expect(said()).not.toContain('Add this laptop')
})

test('the address of this laptop is added by a button, and marked in the list', async () => {
  const { page, asked } = await opened()
  await using _ = page
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  document.querySelector<HTMLInputElement>('.pick input[value=listed]')?.click()
  await flushPromises()
  buttonCalled('Add this laptop, 36.112.4.81').click()
  await flushPromises()
  expect(said()).toContain('36.112.4.81 · this laptop')
  expect(said()).not.toContain('Add this laptop')
  await send()
  expect(asked).toMatchObject([['add', { limits: { allow: ['36.112.4.81'] } }]])
})

test('a network that anyone could find has a password from the start, and cannot be sent without', async () => {
  const { page, asked } = await opened()
  await using _ = page
  await choose(/SOCKS5/)
  await chooseReach('anyone')
  expect(said()).toContain('socks5://120.1.1.2:7004')
  expect(field('User').value).toBe('lab')
  expect(field('Password').value).toMatch(/^[\w]{20}$/)
  type('User', '')
  type('Password', '')
  await flushPromises()
  await send()
  expect(asked).toEqual([])
  expect(said()).toContain('Needed where anyone can find the port.')
})

test('several users are added, and one is removed, with the keyboard where it was', async () => {
  const { page, asked } = await opened()
  await using _ = page
  await choose(/SOCKS5/)
  await chooseReach('anyone')
  type('Password', 'first')
  buttonCalled('Add a user').click()
  await flushPromises()
  expect(document.activeElement).toBe(field('User 2'))
  expect(said()).toContain('Enter both a user and a password, or remove this user.')
  expect(buttonCalled('Add it').disabled).toBe(true)
  type('User 2', 'ana')
  type('Password 2', 'second')
  buttonCalled('Add a user').click()
  await flushPromises()
  type('User 3', 'bob')
  type('Password 3', 'third')
  await flushPromises()
  document.querySelector<HTMLElement>('[aria-label="Remove the user ana"]')?.click()
  await flushPromises()
  expect(field('User 2').value).toBe('bob')
  expect(document.activeElement).toBe(field('User 2'))
  await send()
  const users = [
    { name: 'lab', password: 'first' },
    { name: 'bob', password: 'third' },
  ]
  expect(asked).toEqual([['add', expect.objectContaining({ settings: { users } })]])
})

test('the lab’s network is for this laptop alone at first, without a password to be typed here', async () => {
  const { page, asked } = await opened()
  await using _ = page
  await choose(/SOCKS5/)
  expect(said()).toContain('On this laptop it will be socks5://127.0.0.1:1080')
  expect(() => field('User')).toThrow(/no field/)
  expect(() => field('Password')).toThrow(/no field/)
  await send()
  const users = [{ name: 'lab', password: expect.stringMatching(/^\w{20}$/) }]
  expect(asked).toEqual([
    ['add', expect.objectContaining({ kind: 'socks5', reach: 'laptop', target: '', settings: { users } })],
  ])
})

test('a port that is taken is said under its field, and the button takes the free one', async () => {
  const { page, asked, failWith } = await opened()
  await using _ = page
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  type('Port on', '7002')
  failWith(taken)
  await flushPromises()
  await send()
  expect(said()).toContain('The tunnel “Jupyter” uses it.')
  buttonCalled('Use 7005').click()
  await flushPromises()
  expect(field('Port on').value).toBe('7005')
  failWith(null)
  await send()
  expect(asked.at(-1)).toMatchObject(['add', { port: 7005 }])
})

test('where nothing listens yet the tunnel may stay, be corrected, or go with Cancel', async () => {
  const broken = { state: 'broken', stop: 'service', sinceMs: 0, failure: refused } as const
  const { page, asked } = await opened(broken)
  await using _ = page
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  await flushPromises()
  await send()
  buttonCalled('Add it anyway')
  type('Address on', '127.0.0.1:8')
  await flushPromises()
  await send()
  expect(asked.at(-1)).toMatchObject(['save', { tunnelId: 't1', target: '127.0.0.1:8' }])
  buttonCalled('Cancel').click()
  await flushPromises()
  expect(asked.at(-1)).toEqual(['takeBack', { tunnelIds: ['t1'] }])
})

test('while a tunnel is being added its kind stays: what is sent next is sent to that tunnel', async () => {
  const { page, hold } = await opened()
  await using _ = page
  const goOn = hold()
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  await flushPromises()
  const kinds = document.querySelector<HTMLFieldSetElement>('.sheet fieldset')
  expect(kinds?.disabled).toBe(false)
  await send()
  expect(kinds?.disabled).toBe(true)
  goOn()
  await flushPromises()
})

test('Cancel while the tunnel is being added takes it back when it is there', async () => {
  const { page, asked, hold } = await opened()
  await using _ = page
  const goOn = hold()
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  await flushPromises()
  await send()
  buttonCalled('Cancel').click()
  await flushPromises()
  goOn()
  await flushPromises()
  expect(asked.at(-1)).toEqual(['takeBack', { tunnelIds: ['t1'] }])
})

test('a tunnel that Cancel cannot take back is told to be there still, and goes when that is tried again', async () => {
  const broken = { state: 'broken', stop: 'service', sinceMs: 0, failure: refused } as const
  const { page, asked, failWith } = await opened(broken)
  await using _ = page
  await choose(/UDP/)
  type('Name', 'Echo')
  type('Address on', '127.0.0.1:7')
  await flushPromises()
  await send()
  failWith({ code: 'relay-unreachable', params: { server: 'cloud' }, message: 'away', fixes: [] })
  buttonCalled('Cancel').click()
  await flushPromises()
  expect(document.querySelector('.sheet')).toBe(null)
  const dialog = (): string => document.querySelector('.dialog')?.textContent ?? ''
  expect(dialog()).toContain('The new tunnel is still there.')
  buttonCalled('Remove now').click()
  await flushPromises()
  expect(dialog()).toContain('The new tunnel is still there.')
  failWith(null)
  buttonCalled('Remove now').click()
  await flushPromises()
  expect(dialog()).toBe('')
  const takeBack = ['takeBack', { tunnelIds: ['t1'] }]
  expect(asked.slice(1)).toEqual([takeBack, takeBack, takeBack])
})

test('a range of ports is a tunnel for each, said before they are there, and wrong ones say what to write', async () => {
  const { page, asked } = await opened()
  await using _ = page
  await choose(/UDP/)
  type('Name', 'Game')
  type('Address on', '127.0.0.1:8000-8002')
  type('Port on', '7000-7001')
  await flushPromises()
  expect(said()).toContain('These are 2 ports, and 3 on the lab box')
  await send()
  expect(asked).toEqual([])
  type('Port on', '7000-7900')
  await flushPromises()
  expect(said()).toContain('Write 100 ports at most')
  type('Port on', '7002-7000')
  await flushPromises()
  expect(said()).toContain('a range such as 7000-7010')
  type('Port on', '')
  await flushPromises()
  expect(said()).toContain('The next 3 free ports')
  type('Port on', '7000-7002')
  await flushPromises()
  expect(said()).toContain('each to its own address: 127.0.0.1:8000 … 127.0.0.1:8002.')
  type('Address on', '127.0.0.1:8000')
  await flushPromises()
  expect(said()).toContain('Makes 3 tunnels, all to the same address.')
  type('Address on', '127.0.0.1:8000-8002')
  await flushPromises()
  expect(said()).toContain('120.1.1.2:7000-7002')
  await send()
  expect(asked).toEqual([
    [
      'addRange',
      {
        labId: lab.id,
        kind: 'udp',
        reach: 'anyone',
        name: 'Game',
        settings: {},
        limits: {},
        pairs: [
          { port: 7000, target: '127.0.0.1:8000' },
          { port: 7001, target: '127.0.0.1:8001' },
          { port: 7002, target: '127.0.0.1:8002' },
        ],
      },
    ],
  ])
  expect(document.querySelector('.sheet')).toBe(null)
})

test('a folder that the lab box does not share is said under its field, with the button that shares it', async () => {
  const unshared: Failure = {
    code: 'folder-not-shared',
    params: { lab: lab.name, folder: '/data' },
    message: 'not shared',
    fixes: [{ action: 'share-folder', labId: lab.id, folder: '/data' }],
  }
  const { page, asked } = await opened({ state: 'broken', stop: 'service', sinceMs: 0, failure: unshared })
  await using _ = page
  await choose(/A folder/)
  type('Name', 'Results')
  document.querySelector<HTMLInputElement>('.pick input[value=anyone]')?.click()
  type('Folder on the lab box', 'data')
  await flushPromises()
  expect(said()).toContain('It must begin with /.')
  type('Folder on the lab box', '/data')
  await flushPromises()
  await send()
  expect(asked.at(-1)).toMatchObject(['add', { kind: 'file', settings: { folder: '/data' } }])
  expect(said()).toContain('a100 does not share /data.')
  buttonCalled('Share /data').click()
  await flushPromises()
  expect(document.querySelector('.sheet')).toBe(null)
  expect(asked.map((call) => (call as [string])[0])).toEqual(['add', 'share', 'setup'])
})

test('a web address is open to whoever opens the name, and a server without web ports says so before the fields', async () => {
  const { page } = await opened()
  await using _ = page
  await choose(/A web address/)
  expect(said()).toContain('Anyone who opens the name')
  expect(said()).not.toContain('finds the port')
  const [note, name] = [document.querySelector('.sheet .limited'), field('Name')]
  expect(note?.textContent).toContain('has no port for web addresses')
  expect(note?.compareDocumentPosition(name)).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
})

test.each([
  { web: { httpPort: 8000, httpsPort: null }, name: 'A web address (HTTP)', mark: 'HTTP' },
  { web: { httpPort: 80, httpsPort: 443 }, name: 'A web address (HTTPS)', mark: 'HTTPS' },
  { web: { httpPort: null, httpsPort: null }, name: 'A web address', mark: '' },
])('a web address is called “$name” where that is what the server has a port for', async (given) => {
  const { page } = await opened(ready, { web: given.web })
  await using _ = page
  await choose(/A web address/)
  expect(document.querySelector('.sheet .asked h3')?.textContent).toBe(given.name)
  expect(document.querySelector('.kind.on .note')?.textContent).toBe(given.mark)
})
