import type { OfferedFile, PageFilesEvent } from '@nps-desktop/electron/contract'
import type { DesktopApi } from '../../../carrier/use-backend.ts'
import { fileMark } from './file-mark.ts'

/**
 * Gives files of this page to the app, which asks for each piece of them when it has room for it. Fulfils with their paths for
 * `files.upload`. They can be read until the page is closed.
 */
export async function offerFiles(
  api: Pick<DesktopApi, 'files'>,
  files: readonly File[],
): Promise<readonly string[]> {
  const offered: OfferedFile[] = []
  for (const file of files) {
    const { name, size, lastModified } = file
    // one from before 1970 has a time below 0
    const changedAtMs = Math.max(0, lastModified)
    offered.push({ name, bytes: size, changedAtMs, mark: await fileMark(file) })
  }
  const events = await api.files.offer({ files: offered })
  const first = Promise.withResolvers<readonly string[]>()
  const serve = async (): Promise<void> => {
    for await (const { paths, wanted } of events) {
      if (paths.length > 0) first.resolve(paths)
      for (const one of wanted) void give(api, files[one.file], one)
    }
    first.reject(new Error('The app has ended the offer of these files before it began.'))
  }
  // once it is offered, an end means that the app is away, which is on the screen; its copy says that it lost its file
  serve().catch(first.reject)
  return await first.promise
}

async function give(
  api: Pick<DesktopApi, 'files'>,
  file: File | undefined,
  { read, at, bytes }: PageFilesEvent['wanted'][number],
): Promise<void> {
  // null: it was removed or changed since it was chosen
  const base64 = await asBase64(file?.slice(at, at + bytes)).catch(() => null)
  // where the app is away, nobody waits for it
  await api.files.give({ read, base64 }).catch(() => undefined)
}

function asBase64(piece: Blob | undefined): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>()
  if (!piece) return Promise.resolve(null)
  const reader = new FileReader()
  reader.addEventListener('load', () => resolve(String(reader.result).split(',', 2)[1] ?? ''))
  reader.addEventListener('error', () => reject(reader.error as Error))
  reader.readAsDataURL(piece)
  return promise
}

/** The browser's own dialog; empty when it was closed. */
export function chooseFiles(): Promise<readonly File[]> {
  const { promise, resolve } = Promise.withResolvers<readonly File[]>()
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.addEventListener('change', () => resolve([...(input.files ?? [])]))
  input.addEventListener('cancel', () => resolve([]))
  input.click()
  return promise
}
