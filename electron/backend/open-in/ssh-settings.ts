import { writeFileAtomically } from '@nps-desktop/relay-core/files'
import { lstat, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../failures/app-error.ts'
import { accountSshFolder } from '../account-ssh-folder.ts'
import { pathValue } from './entries-text.ts'
import { hasInclude, isNewFile, withInclude, withoutInclude } from './include-block.ts'

/** A file of settings that a person has written is a few kilobytes. */
const maxBytes = 1024 * 1024

/**
 * The ssh settings of an account: its `config`, of which one marked block is the app's, and two files of the app's own beside it.
 * The config is read and written as bytes (latin1), as a whole, through a symbolic link, and keeps its mode.
 * What the system refuses is `ssh-config-unwritable`.
 */
export class SshSettings {
  readonly config: string
  /** Entries, for ssh_config. */
  readonly own: string
  readonly knownHosts: string
  /** The app's line in `config`. */
  readonly include: string
  /** How the entries name `knownHosts`. */
  readonly knownHostsValue: string
  readonly #folder: string

  /** @param mark begins the names of the app's own files */
  constructor({ folder, mark }: { folder: string; mark: string }) {
    this.#folder = folder
    this.config = join(folder, 'config')
    this.own = join(folder, `${mark}.conf`)
    this.knownHosts = join(folder, `${mark}-known-hosts`)
    // As ssh finds them itself, without the path of a home, in which there may be anything.
    const isAccounts = folder === accountSshFolder()
    const isWindows = process.platform === 'win32'
    this.include = `Include ${isAccounts ? `${mark}.conf` : pathValue(this.own, { isWindows })}`
    this.knownHostsValue = isAccounts
      ? `~/.ssh/${mark}-known-hosts`
      : (pathValue(this.knownHosts, { isWindows }) ?? this.knownHosts)
  }

  /** The config; null where there is none. */
  async read(): Promise<string | null> {
    return await this.#told(async () => await readLimited(this.config))
  }

  async readOwn(): Promise<string> {
    return (await readLimited(this.own).catch(() => null)) ?? ''
  }

  /** Whether ssh reads the app's entries. */
  async isIncluded(): Promise<boolean> {
    const text = await this.read()
    return text !== null && hasInclude(text, this.include)
  }

  /** Writes the app's own files, where they are not so already. */
  async writeOwn({ entries, knownHosts }: { entries: string; knownHosts: string }): Promise<void> {
    await this.#told(async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      // the keys first: no entry is without the key that it names
      for (const [path, text] of [
        [this.knownHosts, knownHosts],
        [this.own, entries],
      ] as const) {
        const before = await readFile(path, 'utf8').catch(() => null)
        if (before !== text) await writeFileAtomically(path, text)
      }
    })
  }

  async addInclude(): Promise<void> {
    await this.#told(async () => {
      const before = await readLimited(this.config)
      const after = withInclude(before, this.include)
      if (after !== before) await this.#write(after)
    })
  }

  /** The config is as it was before, and the app's own files are gone. */
  async remove(): Promise<void> {
    await this.#told(async () => {
      const before = await readLimited(this.config)
      if (before !== null) {
        const after = withoutInclude(before, this.include)
        if (after === '' && isNewFile(before)) await rm(await realpath(this.config))
        else if (after !== before) await this.#write(after)
      }
      await rm(this.own, { force: true })
      await rm(this.knownHosts, { force: true })
    })
  }

  async #write(text: string): Promise<void> {
    const path = await realpath(this.config).catch(async (error: NodeJS.ErrnoException) => {
      // a link to what is not there now, as on a disk that is not mounted, is the person's own
      const isThere = await lstat(this.config).catch(() => null)
      if (error.code === 'ENOENT' && !isThere) return this.config
      throw error
    })
    const before = await stat(path).catch(() => null)
    // to replace it would work all the same, and is not what its owner meant
    if (before && (before.mode & 0o200) === 0) throw new Error('it is read-only')
    await writeFileAtomically(path, Buffer.from(text, 'latin1'))
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new AppError(
        'ssh-config-unwritable',
        `The ssh settings in ${this.config} cannot be changed: ${reason}.`,
        { path: this.config, reason },
        { cause, fixes: [{ action: 'retry' }] },
      )
    }
  }
}

async function readLimited(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw new Error(`it has ${size} bytes, more than the ${maxBytes} that are read here`)
    return await readFile(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
