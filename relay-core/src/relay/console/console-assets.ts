import { readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { contentType } from '../../files/content-type.ts'

export interface Asset {
  readonly type: string
  readonly body: Uint8Array
}

/** The console's files by path (`/index.html`, `/assets/…`), wherever they come from. */
export type ConsoleAssets = (path: string) => Promise<Asset | undefined>

/** The built console from a folder; `/` is `console.html`. */
export function folderAssets(folder: string): ConsoleAssets {
  return async (path) => {
    const name = path === '/' ? 'console.html' : path.slice(1)
    const file = normalize(join(folder, name))
    // `normalize` has resolved every `..`: what still begins with the folder is inside it.
    if (!file.startsWith(normalize(`${folder}/`)) || name.includes('\0')) return undefined
    try {
      return { type: contentType(file), body: await readFile(file) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
      throw error
    }
  }
}

const plainPage = `<!doctype html>
<meta charset="utf-8">
<title>nps</title>
<p>This nps was built without its web console. Use the desktop app, or "nps client" and "nps tunnel" on the server.</p>
`

/** For a program that was built without the console's files. */
export const noAssets: ConsoleAssets = async (path) =>
  path === '/' ? { type: contentType('index.html'), body: Buffer.from(plainPage) } : undefined
