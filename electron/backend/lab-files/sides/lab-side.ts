import { posix } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../failures/app-error.ts'
import { diskIsFull, fileDenied, fileExists, fileFailed, fileNotFound, isFull } from './file-failures.ts'
import { type FileSide, type Found, type NamedFound, type OpenFile, ownerWrites } from './file-side.ts'
import { OpenRemoteFile } from './open-remote-file.ts'
import { isStatus, isUnsupported, type SftpChannel, sftpStatus } from './sftp-channel.ts'
import { maxListed, readRemoteFolder } from './remote-folder.ts'
import { foundOf } from './remote-found.ts'

/** Flags of SSH_FXP_OPEN. */
const flag = { read: 1, write: 2, create: 8, exclusive: 32 } as const

/** What is copied or removed is listed as a whole, up to the most that a copy takes. */
const maxInFolder = 500_000

/** What statvfs@openssh.com answers, as far as it is used. ssh2 gives numbers, or bigints where they are large. */
const whole = z.union([z.number(), z.bigint()]).transform(Number)
const fileSystem = z.object({ f_frsize: whole, f_bavail: whole })

/** The lab box's files, by sftp. Paths are POSIX ones on every system, as OpenSSH names them. */
export class LabSide implements FileSide {
  readonly channel: SftpChannel
  /** Its name, for what is said of it. */
  readonly lab: string
  readonly hashOf: FileSide['hashOf']

  /** `hashOf`: what SFTP itself does not know. */
  constructor(channel: SftpChannel, { lab, hashOf }: { lab: string; hashOf: FileSide['hashOf'] }) {
    this.channel = channel
    this.lab = lab
    this.hashOf = hashOf
  }

  join(folder: string, name: string): string {
    return posix.join(folder, name)
  }

  folderOf(path: string): string {
    return posix.dirname(path)
  }

  nameHere(name: string): string {
    // a laptop's system allows no more than a lab box's, but for these
    return name.replaceAll(/[/\0]/g, '_')
  }

  async look(path: string, { follow = false } = {}): Promise<Found | null> {
    try {
      return foundOf(await (follow ? this.channel.stat(path) : this.channel.lstat(path)))
    } catch (error) {
      if (isStatus(error, sftpStatus.noSuchFile)) return null
      throw await this.failure('read', path, error)
    }
  }

  async list(path: string): Promise<readonly NamedFound[]> {
    try {
      const { entries, isWhole } = await readRemoteFolder(this.channel, path, maxInFolder)
      // to copy a part of it, and to say that it is done, would lose the rest
      if (!isWhole) throw fileFailed(path, `more than ${maxInFolder} files`)
      return entries
    } catch (error) {
      throw await this.failure('read', path, error)
    }
  }

  async openToRead(path: string): Promise<OpenFile> {
    return await this.#open(path, 'read', flag.read)
  }

  async openToWrite(
    path: string,
    { isNew, mode }: { isNew: boolean; mode: number | null },
  ): Promise<OpenFile> {
    const flags = flag.write | (isNew ? flag.create | flag.exclusive : 0)
    return await this.#open(path, 'write', flags, mode === null ? null : mode | ownerWrites)
  }

  async makeFolder(path: string): Promise<void> {
    try {
      await this.channel.mkdir(path)
    } catch (error) {
      const there = isStatus(error, sftpStatus.failure) ? await this.look(path, { follow: true }) : null
      if (there?.kind === 'folder') return
      if (there) throw fileExists(path, error)
      throw await this.failure('write', path, error)
    }
  }

  async move(from: string, to: string, { replace }: { replace: boolean }): Promise<void> {
    try {
      if (!replace) return await this.channel.rename(from, to)
      await this.channel.posixRename(from, to).catch(async (error: unknown) => {
        if (!isUnsupported(error)) throw error
        // a server without the extension: between the two steps the name is free. Nothing is taken away for a part that is gone.
        await this.channel.lstat(from)
        await this.channel.unlink(to).catch((gone: unknown) => {
          if (!isStatus(gone, sftpStatus.noSuchFile)) throw gone
        })
        await this.channel.rename(from, to)
      })
    } catch (error) {
      if (!replace && isStatus(error, sftpStatus.failure) && (await this.look(to)))
        throw fileExists(to, error)
      throw await this.failure('write', to, error)
    }
  }

  async removeFile(path: string): Promise<void> {
    try {
      await this.channel.unlink(path)
    } catch (error) {
      if (isStatus(error, sftpStatus.noSuchFile)) return
      throw await this.failure('write', path, error)
    }
  }

  async removeFolder(path: string): Promise<void> {
    try {
      await this.channel.rmdir(path)
    } catch (error) {
      throw await this.failure('write', path, error)
    }
  }

  /** Whether it does is known once it has been asked. */
  tellsHashOf(): boolean {
    return true
  }

  async freeBytes(path: string): Promise<number | null> {
    try {
      const { f_frsize, f_bavail } = fileSystem.parse(await this.channel.statvfs(path))
      return f_frsize * f_bavail
    } catch (error) {
      if (error instanceof AppError) throw error
      return null
    }
  }

  /**
   * What an answer of the server means for `path`. OpenSSH says "Failure" to all that has no code in version 3: a full disk is
   * recognised by what is free.
   */
  async failure(what: 'read' | 'write', path: string, error: unknown): Promise<AppError> {
    if (error instanceof AppError) return error
    if (isStatus(error, sftpStatus.noSuchFile)) return fileNotFound(path, error)
    if (isStatus(error, sftpStatus.permissionDenied)) {
      const { user } = this.channel
      const owner = await this.#ownerOfWhatRefuses(what, path)
      return fileDenied(what, { path, user, owner }, error)
    }
    const isDiskFull =
      what === 'write' &&
      isStatus(error, sftpStatus.failure) &&
      isFull(await this.freeBytes(this.folderOf(path)).catch(() => null))
    if (isDiskFull) return diskIsFull(path, this.lab, error)
    return fileFailed(path, error instanceof Error ? error.message : String(error), error)
  }

  /** Where a new name is refused, it is the folder that does not let this account in. */
  async #ownerOfWhatRefuses(what: 'read' | 'write', path: string): Promise<string> {
    const there = what === 'write' ? null : await this.#named(path)
    return (there ?? (await this.#named(this.folderOf(path))))?.owner ?? ''
  }

  /** The entry with the name of its owner, which only a list of the folder above tells. */
  async #named(path: string): Promise<Found | null> {
    try {
      const above = this.folderOf(path)
      const { entries } = await readRemoteFolder(this.channel, above, maxListed)
      const name = posix.basename(path)
      return entries.find((entry) => entry.name === name) ?? (await this.look(path))
    } catch {
      return null
    }
  }

  async #open(
    path: string,
    what: 'read' | 'write',
    flags: number,
    mode: number | null = null,
  ): Promise<OpenFile> {
    try {
      return new OpenRemoteFile(this, path, await this.channel.open(path, flags, mode))
    } catch (error) {
      const isTaken = (flags & flag.exclusive) !== 0 && isStatus(error, sftpStatus.failure)
      if (isTaken && (await this.look(path))) throw fileExists(path, error)
      throw await this.failure(what, path, error)
    }
  }
}
