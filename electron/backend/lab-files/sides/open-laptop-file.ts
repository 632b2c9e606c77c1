import type { FileHandle } from 'node:fs/promises'
import { fileChanged } from './file-failures.ts'
import { type Found, type OpenFile, ownerWrites } from './file-side.ts'
import { foundOf, told } from './laptop-failures.ts'

/** A file of this computer that is open for reading, or a part that is being written. */
export class OpenLaptopFile implements OpenFile {
  readonly #path: string
  readonly #file: FileHandle
  #last: Promise<unknown> = Promise.resolve()
  #isOpen = true

  constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  async read(at: number, into: Buffer): Promise<void> {
    let done = 0
    while (done < into.length) {
      const { bytesRead } = await told('read', this.#path, () =>
        this.#file.read(into, done, into.length - done, at + done),
      )
      if (bytesRead === 0) throw fileChanged(this.#path)
      done += bytesRead
    }
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

  async writeAll(bytes: Buffer, changedAtMs: number, mode: number | null): Promise<void> {
    await this.write(0, bytes)
    await this.finish(changedAtMs, mode)
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
