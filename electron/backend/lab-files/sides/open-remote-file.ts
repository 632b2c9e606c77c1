import type { Stats } from 'ssh2'
import { fileChanged } from './file-failures.ts'
import { type Found, type OpenFile, ownerWrites } from './file-side.ts'
import { foundOf } from './remote-found.ts'
import type { SftpChannel } from './sftp-channel.ts'

/** The channel that a file is open on, and what its answers mean. */
interface RemoteSide {
  readonly channel: SftpChannel
  failure(what: 'read' | 'write', path: string, error: unknown): Promise<Error>
}

/** Every server takes this many in one request; of more, ssh2 sends the rest when the first has been answered. */
const oneRequestBytes = 30_000

/** A file of the lab box that is open for reading, or a part that is being written. */
export class OpenRemoteFile implements OpenFile {
  readonly #side: RemoteSide
  readonly #path: string
  #handle: Buffer | null

  constructor(side: RemoteSide, path: string, handle: Buffer) {
    this.#side = side
    this.#path = path
    this.#handle = handle
  }

  async read(at: number, into: Buffer): Promise<void> {
    let done = 0
    while (done < into.length) {
      const got = await this.#do('read', (handle, channel) =>
        channel.read(handle, at + done, into.subarray(done)),
      )
      if (got === 0) throw fileChanged(this.#path)
      done += got
    }
  }

  async write(at: number, bytes: Buffer): Promise<void> {
    await this.#do('write', (handle, channel) => channel.write(handle, at, bytes))
  }

  async cutTo(bytes: number): Promise<void> {
    await this.#do('write', (handle, channel) => channel.setSize(handle, bytes))
  }

  async look(): Promise<Found> {
    return foundOf(await this.#do<Stats>('read', (handle, channel) => channel.fstat(handle)))
  }

  async writeAll(bytes: Buffer, changedAtMs: number, mode: number | null): Promise<void> {
    const asked: Promise<void>[] = []
    for (let at = 0; at < bytes.length; at += oneRequestBytes)
      asked.push(this.write(at, bytes.subarray(at, at + oneRequestBytes)))
    // the server does in order what it is asked: the answers travel together
    asked.push(this.finish(changedAtMs, mode))
    for (const one of await Promise.allSettled(asked)) if (one.status === 'rejected') throw one.reason
  }

  async finish(changedAtMs: number, mode: number | null): Promise<void> {
    const isReadOnly = mode !== null && (mode & ownerWrites) === 0
    // of what the server's umask has left
    const now = isReadOnly ? (await this.look()).mode : null
    const handle = this.#take()
    const { channel } = this.#side
    const seconds = Math.floor(changedAtMs / 1000)
    try {
      // the server answers in order: they travel together. Some file systems keep no times and no modes, which is no reason to fail.
      await Promise.all([
        ...(now === null ? [] : [channel.setMode(handle, now & ~ownerWrites).catch(ignore)]),
        channel.setTime(handle, seconds).catch(ignore),
        channel.close(handle),
      ])
    } catch (error) {
      throw await this.#side.failure('write', this.#path, error)
    }
  }

  /** Does not wait for the answer: a line that is held up would hold up whoever has stopped for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#handle !== null && this.#side.channel.isOpen)
      this.#side.channel.close(this.#take()).catch(ignore)
  }

  #take(): Buffer {
    const handle = this.#handle
    if (handle === null) throw new Error(`${this.#path} is closed`)
    this.#handle = null
    return handle
  }

  async #do<T>(
    what: 'read' | 'write',
    ask: (handle: Buffer, channel: SftpChannel) => Promise<T>,
  ): Promise<T> {
    if (this.#handle === null) throw new Error(`${this.#path} is closed`)
    try {
      return await ask(this.#handle, this.#side.channel)
    } catch (error) {
      throw await this.#side.failure(what, this.#path, error)
    }
  }
}

function ignore(): void {}
