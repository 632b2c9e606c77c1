import { access, constants, realpath, stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { RelayError } from '../../api/errors.ts'
import { until } from '../../async/wait/until.ts'
import { isServedBelow, realInside } from './find-in-folder.ts'

/** A network disk that is away may not answer at all. */
const lookTimeoutMs = 5_000

/** The folders of this machine that npc was started to share (`-share`), and what lies in them. No others are served. */
export class SharedFolders {
  readonly #folders: readonly string[]

  constructor(folders: readonly string[]) {
    this.#folders = folders.map((folder) => resolve(folder))
  }

  /**
   * The real path of a folder that the relay asks for; empty: the shared one, where there is only one. A hidden folder is
   * shared only where it was named itself. Rejects with `target-denied` when it is not shared, `target-missing` when it is,
   * but cannot be read.
   */
  async find(asked: string): Promise<string> {
    const [first, ...others] = this.#folders
    const folder = asked === '' && others.length === 0 ? first : asked
    if (folder === undefined || !isAbsolute(folder)) throw notShared(asked)
    const shared = this.#folders.filter((one) => isServedBelow(one, resolve(folder)))
    if (shared.length === 0) throw notShared(asked)
    try {
      const real = await realpath(folder)
      const roots = await Promise.all(shared.map((one) => leadsTo(one, real)))
      if (!roots.includes(true)) throw notShared(asked)
      if ((await stat(real)).isDirectory()) {
        await access(real, constants.R_OK | constants.X_OK)
        return real
      }
    } catch (cause) {
      if (cause instanceof RelayError) throw cause
      throw missing(folder, cause)
    }
    throw missing(folder, undefined)
  }

  /**
   * Those that cannot be read now: not there, another account's, or on a disk that does not answer within five seconds. After one of
   * these no other is looked at: each would keep one of this program's few threads, which look names up, too. Never rejects.
   */
  async unreadable(): Promise<string[]> {
    const found: string[] = []
    for (const folder of this.#folders) {
      const state = await this.#look(folder)
      if (state !== 'readable') found.push(folder)
      if (state === 'silent') break
    }
    return found
  }

  async #look(folder: string): Promise<'readable' | 'unreadable' | 'silent'> {
    const silent = new Error('the disk does not answer')
    try {
      await until(this.find(folder), { timeoutMs: lookTimeoutMs, onTimeout: () => silent })
      return 'readable'
    } catch (error) {
      return error === silent ? 'silent' : 'unreadable'
    }
  }
}

/** For the owner of an npc that shares a folder which it cannot read. */
export function unreadableWords(folder: string): string {
  return `The shared folder ${folder} is not there, npc may not read it, or its disk does not answer. Make it, let npc's account read it, or correct -share (in npc.conf share= or local_path=). npc goes on, and serves it as soon as it can be read.`
}

async function leadsTo(shared: string, real: string): Promise<boolean> {
  return (await realInside(await realpath(shared), real)) !== undefined
}

function notShared(folder: string): RelayError {
  return new RelayError('target-denied', adviceOf(folder), { target: folder })
}

function adviceOf(folder: string): string {
  if (folder === '')
    return 'This lab box shares no folder, or several. Start npc there with -share=/the/folder, and name it in the tunnel.'
  if (!isAbsolute(folder))
    return `${folder} is no whole path. Give the tunnel the whole path of a folder that npc on the lab box shares, as in -share=/data/results.`
  return `This lab box does not share ${folder}. Start npc there with -share=${folder}.`
}

function missing(folder: string, cause: unknown): RelayError {
  return new RelayError(
    'target-missing',
    `There is no folder ${folder} on the lab box that npc may read. Make it, or correct the tunnel.`,
    { target: folder },
    { cause },
  )
}
