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
  return { api: { files } as unknown as Pick<DesktopApi, 'files'>, offered, given: given.promise }
}
const marksOf = async (...files: File[]): Promise<string[]> => {
  const { api, offered } = app()
  await offerFiles(api, files)
  return offered.map(({ mark }) => mark)
}

test('the app is told of the files, and given the pieces that it asks for', async () => {
  const { api, offered, given } = app([{ read: 5, file: 0, at: 2, bytes: 3 }])
  const file = new File(['abcdef'], 'model.pt', { lastModified: -5000 })
  expect(await offerFiles(api, [file])).toEqual(['page:model.pt'])
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
  const api = { files } as unknown as Pick<DesktopApi, 'files'>
  await expect(offerFiles(api, [new File(['a'], 'a')])).rejects.toThrow('ended the offer')
})
