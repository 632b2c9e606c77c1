import type { PageFilesEvent } from '@nps-desktop/electron/contract'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test } from 'vitest'
import { PageFiles } from './page-files.ts'

const mark = 'a'.repeat(64)
const file = { name: 'model.pt', bytes: 6, changedAtMs: 7, mark }
const { signal } = new AbortController()

async function offered({ clock = new ManualClock(), pages = new PageFiles({ clock }), stop = signal } = {}) {
  const events = pages.offer([file], { signal: stop })
  const { value } = await events.next()
  const [path = ''] = value?.paths ?? []
  /** Of what is wanted next, the numbers. */
  const asked = async (): Promise<number[]> => {
    const next = await events.next()
    return (next.value as PageFilesEvent | undefined)?.wanted.map(({ read }) => read) ?? []
  }
  return { clock, pages, events, path, asked }
}
/** What is read, or the code of the failure. */
const read = async (pages: PageFiles, path: string): Promise<string> => {
  const into = Buffer.alloc(3)
  return await pages.read(path, 2, into).then(
    () => into.toString(),
    ({ code }: { code: string }) => code,
  )
}

test('a page is asked for the piece that is wanted, and gives it', async () => {
  const { pages, events, path, clock } = await offered()
  expect(pages.look(path)).toMatchObject({ kind: 'file', bytes: 6, changedAtMs: 7 })
  const wanted = read(pages, path)
  const { value } = await events.next()
  expect(value).toMatchObject({ wanted: [{ file: 0, at: 2, bytes: 3 }] })
  pages.give(value?.wanted[0]?.read ?? 0, Buffer.from('abc'))
  expect(await wanted).toBe('abc')
  expect(clock.waiting).toBe(0)
})

test.each([null, Buffer.from('ab'), Buffer.from('abcd')])(
  'a piece that is not what was wanted is none (%s)',
  async (bytes) => {
    const { pages, path, asked } = await offered()
    const wanted = read(pages, path)
    const [number = 0] = await asked()
    pages.give(number, bytes)
    expect(await wanted).toBe('page-file-changed')
  },
)

test('the same file has the same path when it is given again, and another one of its name, size and time has not', async () => {
  const { pages, path } = await offered()
  const pathOf = async (its: string): Promise<string | undefined> => {
    const { value } = await pages.offer([{ ...file, mark: its }], { signal }).next()
    return value?.paths[0]
  }
  expect(await pathOf(mark)).toBe(path)
  expect(await pathOf('b'.repeat(64))).not.toBe(path)
})

test('a page that goes takes its files with it, at once for what is being read', async () => {
  const stop = new AbortController()
  const { pages, events, path, clock } = await offered({ stop: stop.signal })
  const refused = pages.read(path, 2, Buffer.alloc(3)).catch((error: unknown) => error)
  await events.next()
  const next = events.next()
  stop.abort()
  expect(await next).toMatchObject({ done: true })
  expect(await refused).toMatchObject({ code: 'page-closed', params: { path: 'model.pt' } })
  expect(() => pages.look(path)).toThrow('gone')
  expect(clock.waiting).toBe(0)
})

test('a page on a slow line is waited for as long as pieces come, and one that is silent for 30 s is not', async () => {
  const { pages, path, clock, asked } = await offered()
  const all = Array.from({ length: 4 }, () => read(pages, path))
  const numbers = await asked()
  for (const number of numbers.slice(0, 3)) {
    clock.advance(29_000)
    pages.give(number, Buffer.from('abc'))
  }
  expect(await Promise.all(all.slice(0, 3))).toEqual(['abc', 'abc', 'abc'])
  clock.advance(29_999)
  pages.give(-1, null)
  clock.advance(1)
  expect(await all[3]).toBe('page-closed')
  expect(clock.waiting).toBe(0)
})

test('of two pages that have the same file the newer one is asked, and the other one when that does not answer', async () => {
  const { pages, path, clock, asked: askedFirst } = await offered()
  const { asked: askedLast } = await offered({ clock, pages })
  const wanted = [read(pages, path), read(pages, path)]
  expect(await askedLast()).toHaveLength(2)
  clock.advance(30_000)
  const numbers = await askedFirst()
  for (const number of numbers) pages.give(number, Buffer.from('abc'))
  expect(await Promise.all(wanted)).toEqual(['abc', 'abc'])
  // the silent one is not waited for again
  const next = read(pages, path)
  const [number = 0] = await askedFirst()
  pages.give(number, Buffer.from('abc'))
  expect(await next).toBe('abc')
})

test('what nobody waits for any more is not asked for', async () => {
  const { pages, path, clock, asked } = await offered()
  const first = read(pages, path)
  clock.advance(30_000)
  expect(await first).toBe('page-closed')
  const second = read(pages, path)
  expect(await asked()).toHaveLength(1)
  clock.advance(30_000)
  expect(await second).toBe('page-closed')
})

test('a page that offers again and again loses what it offered first and is not being read', async () => {
  const { pages, path, clock, asked, events } = await offered()
  const other = [{ ...file, name: 'other' }]
  const second = pages.offer(other, { signal })
  await second.next()
  const wanted = read(pages, path)
  const [number = 0] = await asked()
  const offer = async (name: string): Promise<void> => {
    await pages.offer([{ ...file, name }], { signal }).next()
  }
  for (let count = 2; count <= 256; count++) await offer(`more ${count}`)
  expect(await second.next()).toMatchObject({ done: true })
  pages.give(number, Buffer.from('abc'))
  expect(await wanted).toBe('abc')
  await offer('last')
  expect(await events.next()).toMatchObject({ done: true })
  expect(clock.waiting).toBe(0)
})
