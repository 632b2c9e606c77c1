import type { OfferedFile, PageFilesEvent } from '@nps-desktop/electron/contract'
import { afterEach, expect, test, vi } from 'vitest'
import type { DesktopApi } from '../../../carrier/use-backend.ts'
import { offerFiles } from './offer-files.ts'

afterEach(() => vi.unstubAllGlobals())

/** An app that asks for `wanted` after it has told the paths, and notes what it is told. */
function app(wanted: PageFilesEvent['wanted'] = []) {
  const offered: OfferedFile[] = []
  const given = Promise.withResolvers<unknown>()
  const files = {
    offer: async ({ files: all }: { files: OfferedFile[] }) =>
      (async function* (): AsyncGenerator<PageFilesEvent, void, void> {
        offered.push(...all)
        yield { paths: all.map(({ name }) => `page:${name}`), wanted: [] }
        yield { paths: [], wanted }
      })(),
    give: async (piece: unknown) => given.resolve(piece),
  }
  return { ...connected(files), offered, given: given.promise }
}
const connected = (files: object) => ({
  api: { files } as unknown as Pick<DesktopApi, 'files'>,
  connection: { online: async () => undefined },
})
const marksOf = async (...files: File[]): Promise<string[]> => {
  const { offered, ...way } = app()
  await offerFiles(way, files)
  return offered.map(({ mark }) => mark)
}

test('the app is told of the files, and given the pieces that it asks for', async () => {
  const { offered, given, ...way } = app([{ read: 5, file: 0, at: 2, bytes: 3 }])
  const file = new File(['abcdef'], 'model.pt', { lastModified: -5000 })
  expect(await offerFiles(way, [file])).toEqual(['page:model.pt'])
  expect(offered).toMatchObject([{ name: 'model.pt', bytes: 6, changedAtMs: 0 }])
  expect(await given).toEqual({ read: 5, base64: btoa('cde') })
})

test('the same file has one mark, and one of its name, size and time that begins or ends otherwise has another', async () => {
  const content = new Uint8Array(300_000)
  const file = (bytes: Uint8Array<ArrayBuffer>): File =>
    new File([bytes], 'events.out', { lastModified: 1_700_000_000_000 })
  const others = [content.with(0, 1), content.with(299_999, 1)]
  const marks = await marksOf(...[content, content, ...others].map(file))
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{64}$/)
  expect(marks[0]).toBe(marks[1])
  expect(new Set(marks).size).toBe(3)
  expect(await marksOf(new File(['ab'], 'a'))).not.toEqual(await marksOf(new File(['ba'], 'a')))
})

test('where a page can make no mark of a file, none is taken for one that was given before', async () => {
  const real = window.crypto
  vi.stubGlobal('crypto', { getRandomValues: real.getRandomValues.bind(real) })
  const marks = await marksOf(new File(['a'], 'a'), new File(['a'], 'a'))
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{64}$/)
  expect(marks[0]).not.toBe(marks[1])
})

test('an app that ends the offer before it has begun has not taken the files', async () => {
  const files = { offer: async () => [][Symbol.iterator]() }
  await expect(offerFiles(connected(files), [new File(['a'], 'a')])).rejects.toThrow('ended the offer')
})

test('a page whose connection was lost offers its files again once it is back, until the app has enough of them', async () => {
  vi.useFakeTimers()
  const offers: boolean[] = []
  const given: unknown[] = []
  const back = Promise.withResolvers<undefined>()
  const files = {
    offer: async ({ isAgain }: { isAgain: boolean }) =>
      (async function* (): AsyncGenerator<PageFilesEvent, void, void> {
        offers.push(isAgain)
        if (offers.length === 2) throw new Error('lost again before it began')
        yield { paths: ['page:a'], wanted: [] }
        if (offers.length === 1) throw new Error('lost')
        yield { paths: [], wanted: [{ read: 7, file: 0, at: 0, bytes: 1 }] }
      })(),
    give: async (piece: unknown) => given.push(piece),
  }
  try {
    const way = { ...connected(files), connection: { online: () => back.promise } }
    await offerFiles(way, [new File(['a'], 'a')])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(offers).toEqual([false])
    back.resolve(undefined)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(offers).toEqual([false, true, true])
  } finally {
    vi.useRealTimers()
  }
  await expect.poll(() => given).toEqual([{ read: 7, base64: btoa('a') }])
})
