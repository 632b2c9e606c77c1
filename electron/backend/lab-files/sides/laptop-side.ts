import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileExists } from './file-failures.ts'
import { type FileSide, type Found, type NamedFound, type OpenFile, ownerWrites } from './file-side.ts'
import { failureOf, foundOf, told } from './laptop-failures.ts'
import { laptopName } from './laptop-name.ts'
import { OpenLaptopFile } from './open-laptop-file.ts'

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

  tellsHashOf(_path: string): boolean {
    return true
  }

  async hashOf(path: string, bytes: number, { signal }: { signal: AbortSignal }): Promise<string | null> {
    const hash = createHash('sha256')
    const first = createReadStream(path, { end: bytes - 1, highWaterMark: 1024 * 1024 })
    await told('read', path, () => pipeline(first, hash, { signal }))
    return hash.digest('hex')
  }
}
