import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, resolve, sep } from 'node:path'
import { RelayError } from '../../api/errors.ts'
import { realInside } from './find-in-folder.ts'

/** The folders of this machine that npc was started to share (`-share`), and what lies in them. No others are served. */
export class SharedFolders {
  readonly #folders: readonly string[]

  constructor(folders: readonly string[]) {
    this.#folders = folders.map((folder) => resolve(folder))
  }

  /**
   * The real path of a folder that the relay asks for; empty: the shared one, where there is only one. Rejects with
   * `target-denied` when it is not shared, `target-missing` when it is, but cannot be read.
   */
  async find(asked: string): Promise<string> {
    const [first, ...others] = this.#folders
    const folder = asked === '' && others.length === 0 ? first : asked
    const shared =
      folder !== undefined && isAbsolute(folder)
        ? this.#folders.find((one) => isWithin(one, resolve(folder)))
        : undefined
    if (folder === undefined || shared === undefined) throw notShared(asked)
    try {
      const real = await realpath(folder)
      if ((await realInside(await realpath(shared), real)) === undefined) throw notShared(asked)
      if ((await stat(real)).isDirectory()) return real
    } catch (cause) {
      if (cause instanceof RelayError) throw cause
      throw missing(folder, cause)
    }
    throw missing(folder, undefined)
  }
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function notShared(folder: string): RelayError {
  return new RelayError(
    'target-denied',
    folder === ''
      ? 'This lab box shares no folder, or several. Start npc there with -share=/the/folder, and name it in the tunnel.'
      : `This lab box does not share ${folder}. Start npc there with -share=${folder}.`,
    { target: folder },
  )
}

function missing(folder: string, cause: unknown): RelayError {
  return new RelayError(
    'target-missing',
    `There is no folder ${folder} on the lab box that npc may read. Make it, or correct the tunnel.`,
    { target: folder },
    { cause },
  )
}
