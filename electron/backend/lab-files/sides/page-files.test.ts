import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PageFiles } from './page-files.ts'

const files = [{ name: 'model.pt', bytes: 6, changedAtMs: 7 }]
const signal = new AbortController().signal

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function offered(options = { signal }) {
  const pages = new PageFiles()
  const events = pages.offer(files, options)
  const { value } = await events.next()
  const [path = ''] = value?.paths ?? []
  return { pages, events, path }
}
const read = async (pages: PageFiles, path: string): Promise<string> => {
  const into = Buffer.alloc(3)
  await pages.read(path, 2, into)
  return into.toString()
}

test('a page is asked for the piece that is wanted, and gives it', async () => {
  const { pages, events, path } = await offered()
  expect(pages.look(path)).toMatchObject({ kind: 'file', bytes: 6, changedAtMs: 7 })
  const wanted = read(pages, path)
  const { value } = await events.next()
  expect(value).toMatchObject({ wanted: [{ file: 0, at: 2, bytes: 3 }] })
  pages.give(value?.wanted[0]?.read ?? 0, Buffer.from('abc'))
  expect(await wanted).toBe('abc')
})

test.each([null, Buffer.from('ab'), Buffer.from('abcd')])(
  'a piece that is not what was wanted is none (%s)',
  async (bytes) => {
    const { pages, events, path } = await offered()
    const wanted = read(pages, path)
    const refused = wanted.catch((error: unknown) => error)
    const { value } = await events.next()
    pages.give(value?.wanted[0]?.read ?? 0, bytes)
    expect(await refused).toMatchObject({ code: 'file-changed' })
  },
)

test('a page that goes takes its files with it, at once for what is being read', async () => {
  const stop = new AbortController()
  const { pages, events, path } = await offered({ signal: stop.signal })
  const refused = read(pages, path).catch((error: unknown) => error)
  await events.next()
  const next = events.next()
  stop.abort()
  expect(await next).toMatchObject({ done: true })
  expect(await refused).toMatchObject({ code: 'page-closed', params: { path: 'model.pt' } })
  expect(() => pages.look(path)).toThrow('gone')
})

test('a page that does not answer is waited for 30 s', async () => {
  const { pages, path } = await offered()
  const refused = read(pages, path).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await refused).toMatchObject({ code: 'page-closed' })
})
