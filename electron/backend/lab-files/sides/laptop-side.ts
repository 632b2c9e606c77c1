import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { Stats } from 'node:fs'
import { AppError } from '../../failures/app-error.ts'
import {
  fileChanged,
  fileDenied,
  fileExists,
  fileFailed,
  fileNotFound,
  laptopDiskFull,
} from './file-failures.ts'
import { type FileSide, type Found, type NamedFound, type OpenFile, ownerWrites } from './file-side.ts'
import { laptopName } from './laptop-name.ts'

/** This computer's files. */
export class LaptopSide implements FileSide {
  join(folder: string, name: string): string {
    return join(folder, name)
  }

  folderOf(path: string): string {
    return dirname(path)
  }

  nameHere(name: string): string {
    return laptopName(name, process.platform)
  }

  async look(path: string, { follow = false } = {}): Promise<Found | null> {
    try {
      return foundOf(await (follow ? stat(path) : lstat(path)))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return null
      throw failureOf('read', path, error)
    }
  }

  async list(path: string): Promise<readonly NamedFound[]> {
    return await told('read', path, async () => {
      const names = await readdir(path)
      const found = await Promise.all(
        names.map(async (name) => {
          const one = await this.look(join(path, name))
          return one && { name, ...one }
        }),
      )
      return found.filter((one) => one !== null)
    })
  }

  async openToRead(path: string): Promise<OpenFile> {
    return new OpenLaptopFile(path, await told('read', path, () => open(path, 'r')))
  }

  async openToWrite(
    path: string,
    { isNew, mode }: { isNew: boolean; mode: number | null },
  ): Promise<OpenFile> {
    const opened = told('write', path, () =>
      isNew ? open(path, 'wx', (mode ?? 0o666) | ownerWrites) : open(path, 'r+'),
    )
    return new OpenLaptopFile(path, await opened)
  }

  async makeFolder(path: string): Promise<void> {
    try {
      await mkdir(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        if ((await this.look(path, { follow: true }))?.kind === 'folder') return
      }
      throw failureOf('write', path, error)
    }
  }

  async move(from: string, to: string, { replace }: { replace: boolean }): Promise<void> {
    await told('write', to, async () => {
      if (replace) return await rename(from, to)
      try {
        // makes the second name only if nothing has it, which a rename does not promise
        await link(from, to)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileExists(to, error)
        // a file system without second names
        if (await this.look(to)) throw fileExists(to, error)
        return await rename(from, to)
      }
      // it has arrived: that its first name stays, where another program holds it, is no failure
      await rm(from, { force: true }).catch(() => undefined)
    })
  }

  async removeFile(path: string): Promise<void> {
    await told('write', path, () => rm(path, { force: true }))
  }

  async freeBytes(path: string): Promise<number | null> {
    try {
      const { bavail, bsize } = await statfs(path)
      return bavail * bsize
    } catch {
      return null
    }
  }
}

class OpenLaptopFile implements OpenFile {
  readonly #path: string
  readonly #file: FileHandle
  #last: Promise<unknown> = Promise.resolve()
  #isOpen = true

  constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  async read(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await told('read', this.#path, () =>
        this.#file.read(bytes, done, length - done, at + done),
      )
      if (bytesRead === 0) throw fileChanged(this.#path)
      done += bytesRead
    }
    return bytes
  }

  /** One after the other: what the file holds after a power cut is its beginning, without holes. */
  async write(at: number, bytes: Buffer): Promise<void> {
    const turn = this.#last.then(() => this.#writeAll(at, bytes))
    this.#last = turn.catch(() => undefined)
    await turn
  }

  async cutTo(bytes: number): Promise<void> {
    await told('write', this.#path, () => this.#file.truncate(bytes))
  }

  async look(): Promise<Found> {
    return foundOf(await told('read', this.#path, () => this.#file.stat()))
  }

  async finish(changedAtMs: number, mode: number | null): Promise<void> {
    // Windows' own bit would keep it from being moved
    if (mode !== null && (mode & ownerWrites) === 0 && process.platform !== 'win32') {
      const now = await told('write', this.#path, () => this.#file.stat())
      // of what the umask has left; a file system without modes has none to lose
      await this.#file.chmod(now.mode & 0o777 & ~ownerWrites).catch(() => undefined)
    }
    const seconds = changedAtMs / 1000
    await this.#file.utimes(seconds, seconds).catch(() => undefined)
    this.#isOpen = false
    await told('write', this.#path, () => this.#file.close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#last
    await this.#file.close().catch(() => undefined)
  }

  async #writeAll(at: number, bytes: Buffer): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const { bytesWritten } = await told('write', this.#path, () =>
        this.#file.write(bytes, done, bytes.length - done, at + done),
      )
      done += bytesWritten
    }
  }
}

function foundOf(stats: Stats): Found {
  return {
    kind: stats.isDirectory()
      ? 'folder'
      : stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'link'
          : 'other',
    bytes: stats.size,
    changedAtMs: Math.max(0, Math.floor(stats.mtimeMs)),
    mode: process.platform === 'win32' ? null : stats.mode & 0o777,
    owner: '',
  }
}

async function told<T>(what: 'read' | 'write', path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failureOf(what, path, error)
  }
}

function failureOf(what: 'read' | 'write', path: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileNotFound(path, error)
    case 'EEXIST':
      return fileExists(path, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fileDenied(what, { path, user: accountName(), owner: '' }, error)
    case 'ENOSPC':
    case 'EDQUOT':
      return laptopDiskFull(path, error)
    default:
      return fileFailed(path, message ?? String(error), error)
  }
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // an account without a name, as some containers have
    return String(process.getuid?.() ?? '')
  }
}
