import type { OfferedFile, PageFilesEvent } from '@nps-desktop/electron/contract'
import { pause } from '../../../carrier/connection.ts'
import type { Backend, DesktopApi } from '../../../carrier/use-backend.ts'
import { fileMark } from './file-mark.ts'

const retryMs = 1_000

interface Connected {
  readonly api: Pick<DesktopApi, 'files'>
  readonly connection: Pick<Backend['connection'], 'online'>
}

/**
 * Gives files of this page to the app, which asks for each piece of them when it has room for it. Fulfils with their paths for
 * `files.upload`. They can be read until the page is closed, and again once a connection that was lost is back.
 */
export async function offerFiles(
  { api, connection }: Connected,
  files: readonly File[],
): Promise<readonly string[]> {
  const offered: OfferedFile[] = []
  for (const file of files) {
    const { name, size, lastModified } = file
    // one from before 1970 has a time below 0
    const changedAtMs = Math.max(0, lastModified)
    offered.push({ name, bytes: size, changedAtMs, mark: await fileMark(file) })
  }
  const first = Promise.withResolvers<readonly string[]>()
  let hasBegun = false
  const serve = async (isAgain: boolean): Promise<void> => {
    for await (const { paths, wanted } of await api.files.offer({ files: offered, isAgain })) {
      if (paths.length > 0) {
        hasBegun = true
        first.resolve(paths)
      }
      for (const one of wanted) void give(api, files[one.file], one)
    }
  }
  // nothing but the end of the page ends it
  const { signal } = new AbortController()
  const keepServing = async (): Promise<void> => {
    for (let isAgain = false; ; isAgain = true) {
      try {
        await serve(isAgain)
        // the app wants no more of them
        first.reject(new Error('The app has ended the offer of these files before it began.'))
        return
      } catch (error) {
        first.reject(error)
        if (!hasBegun) return
      }
      // the app is away, which is on the screen
      await pause(retryMs, signal)
      await connection.online({ signal })
    }
  }
  void keepServing()
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
