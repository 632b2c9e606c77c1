import { flushPromises } from '@vue/test-utils'
import type { FileEntry, FolderCount, FolderView, Transfer } from '@nps-desktop/electron/contract'
import { monthAround } from '@nps-desktop/relay-core/api'
import { expect, test } from 'vitest'
import { useTransfers } from '../../stores/use-transfers.ts'
import { buttonCalled, changingFeed, mountPage } from '../../testing/mount-page.ts'
import { lab, server, tunnel } from '../../testing/pasted-lab.ts'
import FileRow from './FileRow.vue'
import FilesDrop from './FilesDrop.vue'
import FilesPage from './FilesPage.vue'
import FilesPathBar from './FilesPathBar.vue'
import RemoveFiles from './RemoveFiles.vue'
import TransferRow from './transfers/TransferRow.vue'

const entry: FileEntry = {
  name: 'model.pt',
  kind: 'file',
  link: null,
  bytes: 12e9,
  changedAtMs: 1,
  owner: 'alice',
  isNameable: true,
}
const folder: FolderView = {
  path: '/home/alice',
  home: '/home/alice',
  entries: [entry],
  total: 1,
  matching: 1,
  freeBytes: null,
}
const transfer: Transfer = {
  id: 'f1',
  labId: lab.id,
  direction: 'down',
  name: 'data.bin',
  folder: '/home/a/Downloads',
  state: 'running',
  doneBytes: 1e9,
  totalBytes: 26e9,
  doneFiles: 0,
  totalFiles: 1,
  bytesPerSecond: 1,
  leftMs: null,
  failure: null,
  endedAtMs: null,
  leftOut: 0,
  renamed: 0,
  isResting: false,
}

async function* always<T>(value: T): AsyncGenerator<T, void, void> {
  yield value
  await new Promise(() => undefined)
}

async function page({
  leftBytes = 100e9,
  isDirect = false,
  list = async () => folder,
  offered = Promise.resolve(),
  feed = changingFeed([transfer]),
} = {}) {
  const calls: string[] = []
  const plan = { monthBytes: 1e12, lineBytesPerSecond: null }
  const way = isDirect ? { way: { way: 'direct', sinceMs: 0, roundTripMs: 1 } } : {}
  const overview = {
    servers: [{ ...server, plan }],
    labs: [lab],
    tunnels: [{ ...tunnel, ...way }],
    otherTunnels: [],
    setAside: [],
    laptopOnline: true,
    trial: false,
    atMs: 0,
  }
  const { startMs } = monthAround(Date.now())
  const points = [{ atMs: startMs, downBytes: 1e12 - leftBytes, upBytes: 0 }]
  const mounted = await mountPage(FilesPage, {
    props: { labId: lab.id, path: '~' },
    answers: {
      overview: { watch: async () => always(overview) },
      traffic: { history: async () => ({ periodMs: 3_600_000, points }) },
      files: {
        list,
        count: async ({ names }: { names: string[] }) => {
          calls.push(`count ${names.join(' ')}`)
          return { counts: names.map(() => null) }
        },
        download: async () => {
          calls.push('download')
          return { conflicts: [], started: 1 }
        },
        offer: async ({ files }: { files: { name: string }[] }) => {
          const names = files.map(({ name }) => name)
          calls.push(`offer ${names.join(' ')}`)
          await offered
          return always({ paths: names.map((name) => `page:${name}`), wanted: [] })
        },
        upload: async ({ paths, choices }: { paths: string[]; choices: { choice: string }[] }) => {
          calls.push(['upload', ...paths, ...choices.map(({ choice }) => choice)].join(' '))
          const isTaken = paths.includes('page:taken') && choices.length === 0
          const conflict = { name: 'taken', isFolder: false, bytes: 1, changedAtMs: 1 }
          return { conflicts: isTaken ? [conflict] : [], started: 1 }
        },
        transfers: { watch: feed.watch },
      },
    },
  })
  await flushPromises()
  return Object.assign(mounted, { calls })
}

/** Rows in sight are drawn only, and here none is. */
async function chooseAll(files: Awaited<ReturnType<typeof page>>): Promise<void> {
  await files.get('[role="grid"]').trigger('keydown', { key: 'a', ctrlKey: true })
}

test('a folder that cannot be read again keeps its list, with its time and the reason above it', async () => {
  let isThere = true
  const list = async (): Promise<FolderView> => {
    if (isThere) return folder
    throw new Error('gone')
  }
  await using files = await page({ list })
  isThere = false
  await files.get('[aria-label="Read again"]').trigger('click')
  await flushPromises()
  expect(files.get('[role="grid"]').attributes('aria-rowcount')).toBe('2')
  expect(files.get('.foot').text()).toMatch(/as of \d\d:\d\d/)
  const [alert, grid] = [files.get('[role="alert"]').element, files.get('[role="grid"]').element]
  expect(alert.compareDocumentPosition(grid) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  isThere = true
  await files.get('[aria-label="Read again"]').trigger('click')
  await flushPromises()
  expect(files.find('[role="alert"]').exists()).toBe(false)
  expect(files.get('.foot').text()).not.toContain('as of')
})

test('a copy by the server is named with what it takes of the month, and asked about when it takes more', async () => {
  await using files = await page()
  expect(files.get('.transfers').text()).toContain('uses 25.0 GB of the 100 GB cloud has left this month')
  await chooseAll(files)
  expect(files.get('.foot').text()).toContain('12 % of what cloud has left this month')
  buttonCalled('Download').click()
  await flushPromises()
  expect(files.calls).toEqual(['download'])
})

test('more than the month has left is asked about before anything begins', async () => {
  await using files = await page({ leftBytes: 5e9 })
  await chooseAll(files)
  buttonCalled('Download').click()
  await flushPromises()
  expect(files.calls).toEqual([])
  expect(document.querySelector('[role="dialog"]')?.textContent).toMatch(/5\.00\sGB are left/)
  buttonCalled('Copy anyway').click()
  await flushPromises()
  expect(files.calls).toEqual(['download'])
})

test('what travels past the server takes nothing of its month', async () => {
  await using files = await page({ leftBytes: 5e9, isDirect: true })
  await chooseAll(files)
  expect(files.text()).not.toContain('this month')
  buttonCalled('Download').click()
  await flushPromises()
  expect(files.calls).toEqual(['download'])
})

/** As a browser tells of it. */
async function drop(files: Awaited<ReturnType<typeof page>>, name: string, leftOut = 0): Promise<void> {
  const dropped = { paths: [], files: [new File(['x'.repeat(100)], name)], bytes: 100, leftOut }
  files.getComponent(FilesDrop).vm.$emit('dropIn', dropped, null)
  await flushPromises()
}

test('what is dropped on a page in a browser while it gives other files to the app is uploaded after them', async () => {
  const { promise: offered, resolve } = Promise.withResolvers<void>()
  await using files = await page({ offered })
  await drop(files, 'taken')
  await expect.poll(() => files.calls).toEqual(['offer taken'])
  await drop(files, 'b')
  resolve()
  await expect.poll(() => files.calls).toEqual(['offer taken', 'upload page:taken'])
  buttonCalled('Replace').click()
  // with its choice, the first is not given once more
  const rest = ['upload page:taken replace', 'offer b', 'upload page:b']
  await expect.poll(() => files.calls.slice(2)).toEqual(rest)
})

test('files of a page in a browser are given to the app once they may take what the month has not left', async () => {
  await using files = await page({ leftBytes: 50 })
  await drop(files, 'a')
  expect(files.calls).toEqual([])
  buttonCalled('Copy anyway').click()
  await expect.poll(() => files.calls).toEqual(['offer a', 'upload page:a'])
})

test('a page in a browser gives files for as long as an upload is under way, and only where it has given some', async () => {
  const feed = changingFeed<Transfer[]>([{ ...transfer, direction: 'up' }])
  await using files = await page({ feed })
  const transfers = useTransfers()
  expect(transfers.isGiving).toBe(false)
  await drop(files, 'a')
  expect(transfers.isGiving).toBe(true)
  const given: Partial<Record<Transfer['state'], boolean>> = {}
  for (const state of ['paused', 'failed', 'done'] as const) {
    feed.tell([{ ...transfer, direction: 'up', state }, transfer])
    await flushPromises()
    given[state] = transfers.isGiving
  }
  expect(given).toEqual({ paused: false, failed: false, done: false })
})

test('that folders were left out is said until something else is done', async () => {
  await using files = await page()
  await drop(files, 'a', 1)
  expect(files.text()).toContain('Folders cannot be uploaded')
  await files.setProps({ path: '/home' })
  expect(files.text()).not.toContain('Folders cannot be uploaded')
})

test('a folder says how much is in it, and asks for that only once it is shown', async () => {
  const inside: FileEntry = { ...entry, name: 'runs', kind: 'folder' }
  await using files = await page({ list: async () => ({ ...folder, entries: [inside, entry], total: 2 }) })
  expect(files.calls).toEqual(['count runs'])

  const sizeOf = async (one: FileEntry, count: FolderCount): Promise<string> => {
    await using row = await mountPage(FileRow, { props: { entry: one, count, nowMs: 0 }, answers: {} })
    return row.get('.num').text()
  }
  expect(await sizeOf(inside, null)).toBe('')
  expect(await sizeOf(inside, { items: 3, isWhole: true })).toBe('3 items')
  expect(await sizeOf(inside, { items: 1_000, isWhole: false })).toBe('more than 1,000')
  expect(await sizeOf(entry, null)).toBe('12.0 GB')
})

test('no name of a lab box is shown with its end before its ending', async () => {
  const odd = 'photo_\u202egpj.exe'
  const shown = 'photo_\u{fffd}gpj.exe'
  const link = { kind: 'file' as const, to: `/x/${odd}` }
  const props = { entry: { ...entry, name: odd, link }, count: null, nowMs: 0 }
  await using row = await mountPage(FileRow, { props, answers: {} })
  expect(row.get('[title]').attributes('title')).toBe(shown)
  expect(row.text()).toContain(shown)
  expect(row.html()).not.toMatch(/\p{Bidi_Control}/u)

  await using remove = await mountPage(RemoveFiles, {
    props: { names: [odd, 'b'], lab: 'a100', busy: false, failure: null, open: true },
    answers: {},
  })
  expect(document.body.textContent).toContain(shown)
  expect(document.body.textContent).not.toMatch(/\p{Bidi_Control}/u)
  expect(remove.exists()).toBe(true)

  const run = { transfer: { ...transfer, name: odd }, nowMs: 0, lab: 'a100', canShow: true }
  await using copy = await mountPage(TransferRow, { props: run, answers: {} })
  expect(copy.text()).toContain(shown)
  expect(copy.html()).not.toMatch(/\p{Bidi_Control}/u)

  const crumbs = { path: `/home/${odd}/x`, lab: 'a100', labId: lab.id, hasFolders: false }
  await using bar = await mountPage(FilesPathBar, { props: crumbs, answers: {} })
  expect(bar.text()).toContain(shown)
  expect(bar.text()).not.toMatch(/\p{Bidi_Control}/u)
})
